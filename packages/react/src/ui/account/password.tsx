import type { ReactElement } from 'react';
import { useDeployment } from '../../use-deployment.js';
import { useSay } from '../entry/say.js';
import { Field, Form } from '../parts.js';
import { isOfInput } from '../use-run.js';
import type { OwnProps } from './manage-account.js';
import { Section, useOwnRun } from './own.js';

/** Sets, changes and removes the password. */
export function Password({ user, hook }: OwnProps): ReactElement {
  const say = useSay();
  const run = useOwnRun();
  const removing = useOwnRun();
  const min = useDeployment().deployment?.auth_settings.password.min_length ?? 1;
  const has = user.has_password;
  const isCurrentWrong = run.error?.status === 401;

  function save(form: HTMLFormElement): void {
    const values = new FormData(form);
    const [next, old] = [String(values.get('next')), String(values.get('current') ?? '')];
    void run.run(() => hook.setPassword(next, old), say('accountPasswordChanged')).then((isDone) => isDone && form.reset());
  }

  return (
    <Section title={say('accountPassword')}>
      {!has && <p className="kr-quiet">{say('accountPasswordNone')}</p>}
      <Form
        label={say('accountPassword')}
        submit={say(has ? 'accountPasswordChange' : 'accountPasswordSet')}
        isBusy={run.isBusy}
        error={run.error}
        done={run.done}
        onSubmit={save}
      >
        <input className="off kr-off" type="text" name="account" autoComplete="username" value={user.username || user.email_address} readOnly tabIndex={-1} aria-hidden="true" />
        {has && (
          <Field label={say('accountPasswordCurrent')} name="current" type="password" autoComplete="current-password" isWrong={isCurrentWrong} required />
        )}
        <Field
          label={say('fieldNewPassword')}
          hint={say('passwordHint', { min })}
          name="next"
          type="password"
          autoComplete="new-password"
          minLength={min}
          isWrong={isOfInput(run.error) && !isCurrentWrong}
          required
        />
      </Form>
      {has && (
        <details className="kr-danger">
          <summary>{say('accountPasswordRemove')}</summary>
          <RemovePassword hook={hook} run={removing} />
        </details>
      )}
    </Section>
  );
}

function RemovePassword({ hook, run }: Pick<OwnProps, 'hook'> & { readonly run: ReturnType<typeof useOwnRun> }): ReactElement {
  const say = useSay();
  return (
    <Form
      label={say('accountPasswordRemove')}
      submit={say('accountPasswordRemove')}
      isBusy={run.isBusy}
      error={run.error}
      onSubmit={(form) => void run.run(() => hook.removePassword(String(new FormData(form).get('current'))))}
    >
      <Field
        label={say('accountPasswordCurrent')}
        name="current"
        type="password"
        autoComplete="current-password"
        isWrong={run.error?.status === 401}
        required
      />
    </Form>
  );
}
