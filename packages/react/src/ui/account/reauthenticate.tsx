import { type ReactElement, useEffect, useRef, useState } from 'react';
import { hasPasskeys } from '../../has-passkeys.js';
import type { KeyrackError } from '../../error.js';
import type { ReauthenticationMethod } from '../../types.gen.js';
import type { UseReauthentication } from '../../use-reauthentication.js';
import type { EntryWords } from '../entry/entry-words.js';
import { useParts } from '../entry/kit.js';
import { Resend } from '../entry/resend.js';
import { useSay } from '../entry/say.js';
import { digits } from '../entry/use-form.js';
import { Field, Form, Select } from '../parts.js';
import { isOfInput, useRun } from '../use-run.js';
import { inWords } from './own.js';

const NAMES: Readonly<Record<ReauthenticationMethod, keyof EntryWords>> = {
  password: 'accountAgainPassword',
  passkey: 'accountAgainPasskey',
  authenticator: 'accountAgainAuthenticator',
  email_otp: 'accountAgainEmailOtp',
  phone_otp: 'accountAgainPhoneOtp',
  backup_code: 'accountAgainBackupCode',
};

/** Over the page, while a change waits for the proof that the owner is there. Escape gives the change up. */
export function Reauthenticate({ hook }: { readonly hook: UseReauthentication }): ReactElement | null {
  const { methods } = hook;
  return methods && <Dialog hook={hook} methods={methods} />;
}

interface DialogProps {
  readonly hook: UseReauthentication;
  readonly methods: readonly ReauthenticationMethod[];
}

function Dialog({ hook, methods }: DialogProps): ReactElement {
  const say = useSay();
  const dialog = useRef<HTMLDialogElement>(null);
  const offered = (Object.keys(NAMES) as ReauthenticationMethod[]).filter(
    (method) => methods.includes(method) && (method !== 'passkey' || hasPasskeys()),
  );
  const [method, setMethod] = useState(offered[0]);
  useEffect(() => {
    const [opener, element] = [document.activeElement as HTMLElement | null, dialog.current];
    element?.showModal();
    // Browsers begin with the choice of a way, which is made already.
    element?.querySelector('input')?.focus();
    return () => {
      element?.close();
      opener?.focus();
    };
  }, []);
  return (
    <dialog
      className="kr kr-dialog"
      ref={dialog}
      aria-label={say('accountAgainTitle')}
      onCancel={(event) => {
        event.preventDefault();
        hook.cancel();
      }}
    >
      <h2 className="kr-heading">{say('accountAgainTitle')}</h2>
      <p className="kr-quiet">{say(method ? 'accountAgainText' : 'accountAgainNone')}</p>
      {offered.length === 1 && method && <p>{say(NAMES[method])}</p>}
      {offered.length > 1 && method && (
        <Select
          label={say('accountAgainText')}
          isQuiet
          value={method}
          options={offered.map((id) => ({ id, name: say(NAMES[id]) }))}
          onChange={(id) => setMethod(id as ReauthenticationMethod)}
        />
      )}
      {method && <Proof key={method} hook={hook} method={method} />}
      <button type="button" className="kr-button" onClick={hook.cancel}>
        {say('accountCancel')}
      </button>
    </dialog>
  );
}

interface ProofProps {
  readonly hook: UseReauthentication;
  readonly method: ReauthenticationMethod;
}

/** What to know before typing, where no message brings it. */
const HINTS: Partial<Readonly<Record<ReauthenticationMethod, keyof EntryWords>>> = {
  authenticator: 'factorAuthenticatorText',
  backup_code: 'factorBackupCodeText',
  passkey: 'factorPasskeyText',
};

/** One way to prove it. A code is sent when that is asked for: choosing among the ways with the arrow keys sends none. */
function Proof({ hook, method }: ProofProps): ReactElement {
  const say = useSay();
  const [to, setTo] = useState<string>();
  const hint = HINTS[method];
  const isMessage = method === 'email_otp' || method === 'phone_otp';
  const send = async (): Promise<void> => setTo((await hook.prepare(method)).masked_address ?? '');
  if (isMessage && to === undefined) return <Send send={send} />;
  return (
    <>
      <p role="status">{isMessage && to && say('accountCodeSent', { what: to })}</p>
      {hint && <p className="kr-quiet">{say(hint)}</p>}
      <Answer hook={hook} method={method} takesFocus={isMessage} />
      {isMessage && <Resend label={say('codeResend')} send={send} />}
    </>
  );
}

/** Has the code sent. */
function Send({ send }: { readonly send: () => Promise<void> }): ReactElement {
  const { problemOf } = useParts();
  const say = useSay();
  const run = useRun();
  return (
    <div className="kr-foot">
      <button type="button" className="kr-button kr-main" aria-busy={run.isBusy} onClick={() => void run.run(send)}>
        {say('signInCodeSubmit')}
      </button>
      <p role="alert" className="kr-error">
        {run.error && problemOf(run.error).text}
      </p>
    </div>
  );
}

function Answer({ hook, method, takesFocus }: ProofProps & { readonly takesFocus: boolean }): ReactElement {
  const { problemOf } = useParts();
  const say = useSay();
  const run = useRun();
  const wrong = WRONG[method];
  const text = (failed: KeyrackError): string => (wrong && failed.code === 'INVALID_CODE' ? say(wrong) : problemOf(failed).text);
  const error = run.error && inWords(run.error, text(run.error));
  const isPassword = method === 'password';
  return (
    <Form
      label={say(NAMES[method])}
      submit={say(method === 'passkey' ? 'factorPasskeySubmit' : 'codeSubmit')}
      isBusy={run.isBusy}
      error={error}
      onSubmit={(form) => {
        const typed = String(new FormData(form).get('secret') ?? '');
        const secret = isPassword ? typed : method === 'backup_code' ? typed.trim() : digits(typed);
        void run.run(() => (method === 'passkey' ? hook.provePasskey() : hook.prove(method, secret)));
      }}
    >
      {method !== 'passkey' && (
        <Field
          label={say(isPassword ? 'fieldPassword' : 'fieldCode')}
          name="secret"
          type={isPassword ? 'password' : 'text'}
          inputMode={isPassword || method === 'backup_code' ? 'text' : 'numeric'}
          autoComplete={isPassword ? 'current-password' : 'one-time-code'}
          isWrong={isOfInput(error) || error?.status === 401}
          autoFocus={takesFocus}
          required
        />
      )}
    </Form>
  );
}

/** What is said of a wrong code, where no message has brought it. */
const WRONG: Partial<Readonly<Record<ReauthenticationMethod, keyof EntryWords>>> = {
  authenticator: 'factorWrong',
  backup_code: 'factorBackupCodeWrong',
};
