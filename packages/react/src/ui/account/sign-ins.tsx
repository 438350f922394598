import type { ReactElement } from 'react';
import type { SignIn } from '../../types.gen.js';
import { useSession } from '../../use-session.js';
import { type UserSignInMethods, useUserSignIns } from '../../use-ways.js';
import { Sure } from '../buttons.js';
import { useSay } from '../entry/say.js';
import { List } from '../list.js';
import { Wait } from '../frame.js';
import { Said, Section, useOwnRun } from './own.js';
import { dateOf } from './dates.js';

/** Where the account is signed in, and how to end that. */
export function SignIns(): ReactElement {
  const say = useSay();
  const hook = useUserSignIns();
  const run = useOwnRun();
  const own = useSession().session?.active_signin?.id;
  if (hook.loading) return <Wait error={hook.error} refetch={hook.refetch} />;
  return (
    <Section title={say('accountSignIns')}>
      <List label={say('accountSignIns')}>
        {hook.signins.map((signIn) => (
          <Row key={signIn.id} signIn={signIn} isOwn={signIn.id === own} methods={hook} />
        ))}
      </List>
      {hook.signins.length > 1 && (
        <div className="kr-foot">
          <Sure
            label={say('accountSignInEndOthers')}
            isBusy={run.isBusy}
            onPress={() => void run.run(hook.signOutOthers, say('accountSignInsEnded'))}
          >
            {say('accountSignInEndOthers')}
          </Sure>
          <Said run={run} />
        </div>
      )}
    </Section>
  );
}

interface RowProps {
  readonly signIn: SignIn;
  readonly isOwn: boolean;
  readonly methods: UserSignInMethods;
}

function Row({ signIn, isOwn, methods }: RowProps): ReactElement {
  const say = useSay();
  const run = useOwnRun();
  const { id, browser, device, city, country, ip_address, last_active_at } = signIn;
  const what = [browser, device].filter(Boolean).join(', ') || say('accountSignInUnknown');
  const where = [[city, country].filter(Boolean).join(', '), ip_address].filter(Boolean).join(' · ');
  return (
    <li className="kr-row">
      <span className="kr-two kr-wordy">
        <span>{what}</span>{' '}
        <span className="kr-quiet">{[where, say('accountSignInSince', { date: dateOf(last_active_at) })].filter(Boolean).join(' · ')}</span>
      </span>
      {isOwn ? (
        <strong className="kr-quiet">{say('accountSignInHere')}</strong>
      ) : (
        <Sure label={say('accountSignInEnd', { what })} isBusy={run.isBusy} onPress={() => void run.run(() => methods.signOut(id))}>
          {say('accountSignOut')}
        </Sure>
      )}
      <span role="alert" className="kr-error">
        {run.error?.message}
      </span>
    </li>
  );
}
