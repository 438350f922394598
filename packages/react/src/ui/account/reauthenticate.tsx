import { type ReactElement, useEffect, useRef, useState } from 'react';
import { hasPasskeys } from '../../has-passkeys.js';
import type { ReauthenticationMethod } from '../../types.gen.js';
import type { UseReauthentication } from '../../use-reauthentication.js';
import type { EntryWords } from '../entry/entry-words.js';
import { useParts } from '../entry/kit.js';
import { useSay } from '../entry/say.js';
import { Field, Form, Select } from '../parts.js';
import { isOfInput, useRun } from '../use-run.js';

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
    const opener = document.activeElement as HTMLElement | null;
    dialog.current?.showModal();
    // Browsers begin with the choice of a way, which is made already.
    dialog.current?.querySelector('input')?.focus();
    return () => opener?.focus();
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

/** One way to prove it. A code is sent when its way is chosen. */
function Proof({ hook, method }: { readonly hook: UseReauthentication; readonly method: ReauthenticationMethod }): ReactElement {
  const { problemOf } = useParts();
  const say = useSay();
  const run = useRun();
  const isSent = method === 'email_otp' || method === 'phone_otp';
  const hasAsked = useRef(false);
  useEffect(() => {
    if (!isSent || hasAsked.current) return;
    hasAsked.current = true;
    void run.run(() => hook.prepare(method));
    // Once: each question is another code.
  }, []);
  const error = run.error && Object.assign(run.error, { message: problemOf(run.error).text });
  const isPassword = method === 'password';
  return (
    <Form
      label={say(NAMES[method])}
      submit={say(method === 'passkey' ? 'factorPasskeySubmit' : 'codeSubmit')}
      isBusy={run.isBusy}
      error={error}
      onSubmit={(form) => {
        const typed = String(new FormData(form).get('secret') ?? '');
        void run.run(() => (method === 'passkey' ? hook.provePasskey() : hook.prove(method, isPassword ? typed : typed.trim())));
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
          autoFocus
          required
        />
      )}
    </Form>
  );
}
