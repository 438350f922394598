import { type ReactElement, useState } from 'react';
import { hasPasskeys } from '../../has-passkeys.js';
import type { UserPasskey } from '../../types.gen.js';
import { usePasskeys, type PasskeyMethods } from '../../use-ways.js';
import { Act, Sure } from '../buttons.js';
import { useSay } from '../entry/say.js';
import { List } from '../list.js';
import { Wait } from '../frame.js';
import { Field, Form } from '../parts.js';
import { isOfInput } from '../use-run.js';
import { Said, Section, useKeptFocus, useOwnRun } from './own.js';
import { dateOf } from './dates.js';

/** The passkeys of the account. */
export function Passkeys(): ReactElement {
  const say = useSay();
  const hook = usePasskeys();
  const run = useOwnRun();
  if (hook.loading) return <Wait error={hook.error} refetch={hook.refetch} />;
  return (
    <Section title={say('accountPasskeys')}>
      {hook.passkeys.length === 0 && <p className="kr-quiet">{say('accountPasskeysNone')}</p>}
      <List label={say('accountPasskeys')}>
        {hook.passkeys.map((passkey) => (
          <Row key={passkey.id} passkey={passkey} methods={hook} />
        ))}
      </List>
      {hasPasskeys() && (
        <div className="kr-foot">
          <button
            type="button"
            className="kr-button"
            aria-busy={run.isBusy}
            onClick={() => void run.run(() => hook.register(), say('accountPasskeyAdded'))}
          >
            {say('accountPasskeyAdd')}
          </button>
          <Said run={run} />
        </div>
      )}
    </Section>
  );
}

function Row({ passkey, methods }: { readonly passkey: UserPasskey; readonly methods: PasskeyMethods }): ReactElement {
  const say = useSay();
  const run = useOwnRun();
  const [isRenaming, setRenaming] = useState(false);
  const { id, name, last_used_at: used } = passkey;
  const row = useKeptFocus<HTMLLIElement>(isRenaming);
  return (
    <li className="kr-row" ref={row} tabIndex={-1}>
      <span className="kr-two">
        <span>{name}</span>{' '}
        <span className="kr-quiet">{used ? say('accountPasskeyUsed', { date: dateOf(used) }) : say('accountPasskeyUnused')}</span>
      </span>
      <Act label={say('accountPasskeyRename', { what: name })} onPress={() => setRenaming(!isRenaming)}>
        {say('accountPasskeyRenameShort')}
      </Act>
      <Sure label={say('accountRemove', { what: name })} isBusy={run.isBusy} onPress={() => void run.run(() => methods.remove(id))}>
        {say('accountRemoveShort')}
      </Sure>
      {isRenaming ? (
        <Form
          label={say('accountPasskeyRename', { what: name })}
          submit={say('accountSave')}
          isBusy={run.isBusy}
          error={run.error}
          onSubmit={(form) => {
            const next = String(new FormData(form).get('name')).trim();
            void run.run(() => methods.rename(id, next)).then((isDone) => isDone && setRenaming(false));
          }}
        >
          <Field label={say('accountPasskeyName')} name="name" defaultValue={name} maxLength={64} isWrong={isOfInput(run.error)} autoFocus required />
        </Form>
      ) : (
        <span role="alert" className="kr-error">
          {run.error?.message}
        </span>
      )}
    </li>
  );
}
