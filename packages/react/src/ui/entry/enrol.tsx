import { type ReactElement, type ReactNode, useEffect, useRef, useState } from 'react';
import { hasPasskeys } from '../../has-passkeys.js';
import { useDeployment } from '../../use-deployment.js';
import type { UseSignIn } from '../../use-sign-in.js';
import type { AuthenticatorSetUp } from '../../use-sign-up.js';
import type { StepProps } from './code-form.js';
import type { EntryWords } from './entry-words.js';
import { useParts } from './kit.js';
import type { Problem } from './problem.js';
import { Qr } from './qr.js';
import { useSay } from './say.js';
import { digits, missing, useForm } from './use-form.js';

/** A second proof is asked of everybody, and this account has none: one is set up before the sign-in exists. */
export function EnrolStep({ hook }: StepProps): ReactElement {
  const { Title, Lead, Ways, Button, Outcome, problemOf } = useParts();
  const say = useSay();
  const settings = useDeployment().deployment?.auth_settings;
  const [problem, setProblem] = useState<Problem>();
  const hasApp = settings?.auth_factors_enabled.authenticator !== false;
  const hasKey = !!settings?.passkey.enabled && hasPasskeys();
  return (
    <>
      <Title takesFocus>{say('enrolTitle')}</Title>
      <Lead>{say('enrolText')}</Lead>
      {hasKey && (
        <Ways>
          <Button
            isBusy={hook.loading}
            onPress={() => {
              setProblem(undefined);
              hook.enrolPasskey().catch((error: unknown) => setProblem(problemOf(error)));
            }}
          >
            {say('wayPasskey')}
          </Button>
        </Ways>
      )}
      <Outcome isGood={false}>{problem?.text}</Outcome>
      {hasApp && (
        <AuthenticatorForm prepare={hook.enrolAuthenticator} text="enrolCodesText">
          <CodesForm confirm={hook.confirmAuthenticator} />
        </AuthenticatorForm>
      )}
    </>
  );
}

interface AuthenticatorProps {
  readonly prepare: () => Promise<AuthenticatorSetUp>;
  readonly text: keyof EntryWords;

  /** What takes its codes. */
  readonly children: ReactNode;
}

/** Shows what an authenticator is set up with. */
export function AuthenticatorForm({ prepare, text, children }: AuthenticatorProps): ReactElement {
  const { Lead, Notice, Button, Ways, Working, problemOf } = useParts();
  const say = useSay();
  const [set, setSet] = useState<AuthenticatorSetUp>();
  const [problem, setProblem] = useState<Problem>();
  const [tries, setTries] = useState(0);
  const asked = useRef<{ readonly tries: number; readonly answer: Promise<AuthenticatorSetUp> }>(undefined);
  useEffect(() => {
    let isGone = false;
    setProblem(undefined);
    // Each question makes another secret: an effect that runs twice asks once.
    if (asked.current?.tries !== tries) asked.current = { tries, answer: prepare() };
    asked.current.answer.then(
      (made) => !isGone && setSet(made),
      (error: unknown) => !isGone && setProblem(problemOf(error)),
    );
    return () => {
      isGone = true;
    };
    // Once for each try: what it is made with is new at each rendering.
  }, [tries]);
  if (problem) {
    return (
      <Ways>
        <Notice isBad>{problem.text}</Notice>
        <Button onPress={() => setTries(tries + 1)}>{say('enrolSubmit')}</Button>
      </Ways>
    );
  }
  if (!set) return <Working />;
  return (
    <>
      <Lead>{say(text)}</Lead>
      <Qr text={set.otp_url} label={say('enrolQr')} />
      <Lead>
        {say('enrolSecret')} <code className="kr-secret">{set.totp_secret.replace(/(.{4})(?=.)/g, '$1 ')}</code>
      </Lead>
      {children}
    </>
  );
}

/** Two codes that follow each other: a clock that runs wrong is noticed now. */
function CodesForm({ confirm }: { readonly confirm: UseSignIn['confirmAuthenticator'] }): ReactElement {
  const { Form, Field } = useParts();
  const say = useSay();
  const form = useForm({
    check: (values) => missing(values, ['code', 'next'], say('factorAuthenticatorText')),
    submit: ({ code, next }) => confirm(digits(code), digits(next)),
    wrong: say('factorWrong'),
  });
  const field = { form, inputMode: 'numeric', autoComplete: 'one-time-code', className: 'code', maxLength: 20, required: true } as const;
  return (
    <Form form={form} name={say('factorAuthenticator')} submit={say('codeSubmit')}>
      <Field {...field} label={say('enrolFirst')} name="code" takesFocus />
      <Field {...field} label={say('enrolSecond')} name="next" />
    </Form>
  );
}
