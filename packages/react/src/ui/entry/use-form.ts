import { type FormEvent, type Ref, useEffect, useRef, useState } from 'react';
import type { KeyrackError } from '../../error.js';
import { useProving } from '../../challenge.js';
import { useParts } from './kit.js';
import type { Problem } from './problem.js';
import { useSay } from './say.js';

/** What stands in the fields, by their names. */
export type Values = Readonly<Record<string, string>>;

/** By the name of the field. */
export type Problems = Readonly<Record<string, string>>;

/** What a form shows. */
export interface FormState {
  readonly ref: Ref<HTMLFormElement>;
  readonly isBusy: boolean;
  readonly problems: Problems;

  /** What is about no single field. */
  readonly problem: Problem | undefined;
  readonly onSubmit: (event: FormEvent<HTMLFormElement>) => void;

  /** The person mends a field: what was said about it is no longer true. */
  readonly onEdit: (name: string) => void;

  /** The time to wait is over. */
  readonly onWaited: (said: string) => void;
}

interface Options {
  /** What can be said without the server. */
  readonly check: (values: Values) => Problems;
  readonly submit: (values: Values) => Promise<unknown>;

  /** What is said of a wrong code, where the usual words, about a message that has brought it, do not fit. */
  readonly wrong?: string | undefined;
}

/** The state of a form: sends it once at a time, and puts the focus where something is to be mended. */
export function useForm({ check, submit, wrong }: Options): FormState {
  const { problemOf } = useParts();
  const ref = useRef<HTMLFormElement>(null);
  const [isBusy, setBusy] = useState(false);
  const [problems, setProblems] = useState<Problems>({});
  const [problem, setProblem] = useState<Problem>();
  const [refusals, setRefusals] = useState(0);
  const isProving = useProving() && isBusy;
  const say = useSay();

  // After the problems are in the page: whoever hears the page is told them with the field.
  useEffect(() => {
    if (refusals) ref.current?.querySelector<HTMLInputElement>('[aria-invalid=true]')?.focus();
  }, [refusals]);

  function refuse(fields: Problems, whole?: Problem): void {
    setProblems(fields);
    setProblem(whole);
    setRefusals((count) => count + 1);
  }

  async function send(form: HTMLFormElement): Promise<void> {
    const values = textsOf(form);
    const found = check(values);
    if (Object.keys(found).length > 0) return refuse(found);
    setBusy(true);
    setProblems({});
    setProblem(undefined);
    try {
      // Whatever was done leads to another form, which stays busy until it is there.
      if ((await submit(values)) === 'stay') setBusy(false);
    } catch (error) {
      const said = problemOf(error);
      const text = (wrong && (error as KeyrackError).code === 'INVALID_CODE' && wrong) || said.text;
      if (said.field && said.field in values) refuse({ [said.field]: text });
      else refuse({}, said);
      setBusy(false);
    }
  }

  return {
    ref,
    isBusy,
    problems,
    problem: isProving ? { text: say('challengeWorking'), isOver: true } : problem,
    onSubmit: (event) => {
      event.preventDefault();
      if (!isBusy && !problem?.wait) void send(event.currentTarget);
    },
    onEdit: (name) => {
      if (problems[name]) setProblems(({ [name]: _, ...others }) => others);
    },
    onWaited: (text) => setProblem({ text, isOver: true }),
  };
}

function textsOf(form: HTMLFormElement): Values {
  return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, typeof value === 'string' ? value : value.name]));
}

/** Which of these fields are empty, and what is said about them. */
export function missing(values: Values, names: readonly string[], text: string): Record<string, string> {
  return Object.fromEntries(names.filter((name) => !values[name]?.trim()).map((name) => [name, text]));
}

/** Something with one @ in the middle: what is really an address, the server knows. */
export function looksLikeEmail(text = ''): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(text.trim());
}

/** People copy codes with spaces around and dashes within. */
export function digits(text = ''): string {
  return text.replace(/[\s-]/g, '');
}
