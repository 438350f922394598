import { type ReactElement, useState } from 'react';
import type { AccountDeletion } from '../../types.gen.js';
import { useSay } from '../entry/say.js';
import { Field, Form } from '../parts.js';
import { download } from './download.js';
import type { OwnProps } from './manage-account.js';
import { Said, Section, useOwnRun } from './own.js';

/** What {@link Data} takes. */
export interface DataProps extends OwnProps {
  /** The account is to be deleted, and signed out; when, where the answer arrived. */
  readonly onDeleted: (deletion: AccountDeletion | undefined) => void;
}

/** What is stored of the account, and its end. */
export function Data({ user, hook, onDeleted }: DataProps): ReactElement {
  const say = useSay();
  const run = useOwnRun();
  const hand = async (): Promise<void> =>
    download('account.json', 'application/json', `${JSON.stringify(await hook.exportData(), null, 2)}\n`);
  return (
    <Section title={say('accountData')}>
      <div className="kr-foot">
        <button type="button" className="kr-button" aria-busy={run.isBusy} onClick={() => void run.run(hand, say('accountExported'))}>
          {say('accountExport')}
        </button>
        <Said run={run} />
      </div>
      <Delete word={user.email_address || user.username} hook={hook} onDeleted={onDeleted} />
    </Section>
  );
}

/** Nobody deletes an account by a slip of the hand: its address has to be typed. */
function Delete({ word, hook, onDeleted }: Omit<DataProps, 'user'> & { readonly word: string }): ReactElement {
  const say = useSay();
  const run = useOwnRun();
  const [typed, setTyped] = useState('');
  const [isRefused, setRefused] = useState(false);
  const isRight = typed.trim().toLowerCase() === word.toLowerCase();

  function send(): void {
    setRefused(!isRight);
    if (isRight) void run.run(async () => onDeleted(await hook.deleteAccount()));
  }

  return (
    <details className="kr-danger">
      <summary>{say('accountDelete')}</summary>
      <p className="kr-quiet">{say('accountDeleteGrace')}</p>
      <Form label={say('accountDelete')} submit={say('accountDelete')} isBusy={run.isBusy} error={run.error} onSubmit={send}>
        <Field
          label={say('accountDeleteText', { word })}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={typed}
          isWrong={isRefused}
          onChange={({ target }) => {
            setTyped(target.value);
            setRefused(false);
          }}
          required
        />
        <p role="alert" className="kr-error">
          {isRefused && say('accountDeleteMismatch', { word })}
        </p>
      </Form>
    </details>
  );
}
