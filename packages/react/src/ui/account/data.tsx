import { type ReactElement, useState } from 'react';
import { useSay } from '../entry/say.js';
import { Field, Form } from '../parts.js';
import { download } from './download.js';
import type { OwnProps } from './manage-account.js';
import { Said, Section, useOwnRun } from './own.js';

/** What is stored of the account, and its end. */
export function Data({ user, hook }: OwnProps): ReactElement {
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
      <Delete word={user.email_address || user.username} hook={hook} />
    </Section>
  );
}

/** Nobody deletes an account by a slip of the hand: its address has to be typed. */
function Delete({ word, hook }: Pick<OwnProps, 'hook'> & { readonly word: string }): ReactElement {
  const say = useSay();
  const run = useOwnRun();
  const [typed, setTyped] = useState('');
  const isRight = typed.trim().toLowerCase() === word.toLowerCase();
  return (
    <details className="kr-danger">
      <summary>{say('accountDelete')}</summary>
      <Form
        label={say('accountDelete')}
        submit={say('accountDelete')}
        isBusy={run.isBusy}
        error={run.error}
        onSubmit={() => isRight && void run.run(() => hook.deleteAccount())}
      >
        <Field
          label={say('accountDeleteText', { word })}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={typed}
          isWrong={typed !== '' && !word.toLowerCase().startsWith(typed.trim().toLowerCase())}
          onChange={({ target }) => setTyped(target.value)}
          required
        />
      </Form>
    </details>
  );
}
