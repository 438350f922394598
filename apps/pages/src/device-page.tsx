import { type DeviceRequest, type SignIn, useDevice } from '@keyrack/react';
import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { boot } from './boot.js';
import { pageLink } from './links.js';
import type { PageProps } from './page.js';
import { problemOf } from './problem.js';
import { Say, say } from './say.js';
import { Title } from './title.js';

/** `/device`: a program shows a code, and somebody who is signed in lets it in or keeps it out. */
export function DevicePage({ hook }: PageProps) {
  const { active_signin: active, signins } = hook.session;
  if (!active) return <SignedOut />;
  // Another account sees nothing of what this one typed.
  return <Asked key={active.id} active={active} isOneOfMany={signins.length > 1} />;
}

function SignedOut() {
  return (
    <>
      <Title>{say('device_title')}</Title>
      <p className="lead">{say('device_sign_in_text')}</p>
      <a className="button button-main" href={pageLink('sign-in', { redirect_uri: location.pathname })}>
        {say('device_sign_in')}
      </a>
    </>
  );
}

interface Looked {
  readonly code: string;
  readonly request: DeviceRequest;
}

type Outcome = 'confirmed' | 'denied';

function Asked({ active, isOneOfMany }: { readonly active: SignIn; readonly isOneOfMany: boolean }) {
  const { look, confirm, deny } = useDevice();
  const [looked, setLooked] = useState<Looked>();
  const [outcome, setOutcome] = useState<Outcome>();
  const email = active.user.email_address || active.user.username || '';
  if (looked && outcome) return <Over outcome={outcome} program={looked.request.program} />;
  if (!looked) {
    return (
      <Code
        email={email}
        isOneOfMany={isOneOfMany}
        look={async (code) => setLooked({ code, request: await look(code) })}
      />
    );
  }
  const { code, request } = looked;
  return (
    <Decide
      email={email}
      code={code}
      request={request}
      confirm={async () => setOutcome((await confirm(code)).confirmed ? 'confirmed' : 'denied')}
      deny={async () => setOutcome((await deny(code)).confirmed ? 'confirmed' : 'denied')}
      back={() => setLooked(undefined)}
    />
  );
}

/** Does one thing at a time, and keeps what went wrong. */
function useDoing(): { isBusy: boolean; problem: string | undefined; run: (what: () => Promise<void>) => void } {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const run = (what: () => Promise<void>): void => {
    if (isBusy) return;
    setBusy(true);
    setProblem(undefined);
    what()
      .catch((error: unknown) => setProblem(problemOf(error).text))
      .finally(() => setBusy(false));
  };
  return { isBusy, problem, run };
}

interface CodeProps {
  readonly email: string;
  readonly isOneOfMany: boolean;
  readonly look: (code: string) => Promise<void>;
}

function Code({ email, isOneOfMany, look }: CodeProps) {
  const id = useId();
  const { isBusy, problem, run } = useDoing();
  const [missing, setMissing] = useState<string>();
  const input = useRef<HTMLInputElement>(null);
  const said = missing ?? problem;
  useEffect(() => {
    if (said) input.current?.focus();
  }, [said]);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const code = input.current?.value.trim() ?? '';
    setMissing(code ? undefined : say('device_code_missing'));
    if (code) run(() => look(code));
  };
  return (
    <>
      <Title>{say('device_title')}</Title>
      <p className="lead">{say('device_text')}</p>
      <form className="form" aria-label={say('device_title')} action={boot.page} method="post" noValidate onSubmit={submit}>
        <div className="field">
          <label htmlFor={id}>{say('device_code')}</label>
          <span className="box">
            <input
              id={id}
              ref={input}
              name="user_code"
              autoComplete="off"
              autoCapitalize="characters"
              spellCheck={false}
              maxLength={20}
              placeholder="XXXX-XXXX"
              aria-invalid={said ? 'true' : undefined}
              aria-describedby={`${id}-problem`}
              required
            />
          </span>
          <p className="problem" role="alert" id={`${id}-problem`}>
            {said}
          </p>
        </div>
        <button type="submit" className="button button-main" aria-busy={isBusy}>
          {say('device_look')}
        </button>
      </form>
      <p className="other">
        <Say k="device_as" values={{ email: <strong>{email}</strong> }} />{' '}
        {isOneOfMany && <a href={pageLink('accounts', { redirect_uri: location.pathname })}>{say('device_other_account')}</a>}
      </p>
    </>
  );
}

interface DecideProps extends Looked {
  readonly email: string;
  readonly confirm: () => Promise<void>;
  readonly deny: () => Promise<void>;
  readonly back: () => void;
}

/** What asks, from where and since when: whoever was sent here by somebody else is to notice it. */
function Decide({ email, code, request, confirm, deny, back }: DecideProps) {
  const { isBusy, problem, run } = useDoing();
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  const strong = (text: string): ReactNode => <strong>{text}</strong>;
  return (
    <>
      <Title ref={title}>{say('device_decide_title')}</Title>
      <p className="lead">
        <Say k="device_decide_text" values={{ program: strong(request.program), email: strong(email) }} />
      </p>
      <dl className="facts">
        <Fact name={say('device_fact_code')}>{code.toUpperCase()}</Fact>
        <Fact name={say('device_fact_address')}>{request.ip_address}</Fact>
        <Fact name={say('device_fact_place')}>{placeOf(request) || say('device_place_unknown')}</Fact>
        {request.device && <Fact name={say('device_fact_system')}>{request.device}</Fact>}
        <Fact name={say('device_fact_time')}>{timeOf(request.created_at)}</Fact>
      </dl>
      {!request.same_address && <p className="notice notice-warning">{say('device_elsewhere')}</p>}
      <p className="notice notice-warning">{say('device_warning')}</p>
      <p className={problem ? 'alert alert-shown' : 'alert'} role="alert">
        {problem}
      </p>
      <div className="ways">
        <button type="button" className="button button-main" aria-busy={isBusy} onClick={() => run(confirm)}>
          {say('device_confirm')}
        </button>
        <button type="button" className="button" aria-busy={isBusy} onClick={() => run(deny)}>
          {say('device_deny')}
        </button>
        <button type="button" className="link" onClick={back}>
          {say('device_other_code')}
        </button>
      </div>
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function placeOf({ city, region, country }: DeviceRequest): string {
  return [city, region, country].filter((part, index, all) => part && all.indexOf(part) === index).join(', ');
}

function timeOf(text: string): string {
  return new Date(text).toLocaleString(boot.language, { dateStyle: 'medium', timeStyle: 'short' });
}

function Over({ outcome, program }: { readonly outcome: Outcome; readonly program: string }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return (
    <>
      <Title ref={title}>{say(outcome === 'confirmed' ? 'device_confirmed_title' : 'device_denied_title')}</Title>
      <p className="lead" role="status">
        {say(outcome === 'confirmed' ? 'device_confirmed_text' : 'device_denied_text', { program })}
      </p>
      <a className="button" href={pageLink('account')}>
        {say('device_to_account')}
      </a>
    </>
  );
}
