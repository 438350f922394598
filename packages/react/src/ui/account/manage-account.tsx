import type { ReactElement } from 'react';
import type { CurrentUser } from '../../types.gen.js';
import { useReauthentication } from '../../use-reauthentication.js';
import { type UserLoaded, useUser } from '../../use-user.js';
import { useSay } from '../entry/say.js';
import { Frame, Wait } from '../frame.js';
import { type Tab, Tabs } from '../tabs.js';
import { Contacts, Data, Profile, Reauthenticate, Security, SignIns } from './later.js';
import { Again } from './own.js';

/** What each part of an account takes. */
export interface OwnProps {
  readonly user: CurrentUser;
  readonly hook: UserLoaded;
}

/**
 * The active account for its owner: profile, addresses and numbers, password, passkeys, second factors, where it is signed
 * in, what is stored of it, and its end. Where the deployment wants to be sure who is there, it asks, and goes on.
 */
export function ManageAccount(): ReactElement {
  const say = useSay();
  const hook = useUser();
  if (hook.loading || !hook.user) {
    return (
      <Frame label={say('accountTitle')} isBusy={hook.loading}>
        {hook.loading ? <Wait error={hook.error} refetch={hook.refetch} /> : <p className="kr-quiet">{say('accountNobody')}</p>}
      </Frame>
    );
  }
  // What was typed or shown for one account is gone when another takes its place.
  return <Own key={hook.user.id} user={hook.user} hook={hook} />;
}

function Own(own: OwnProps): ReactElement {
  const say = useSay();
  const again = useReauthentication();
  const tabs: Tab[] = [
    { id: 'profile', name: say('accountProfile'), show: () => <Profile {...own} /> },
    { id: 'addresses', name: say('accountAddresses'), show: () => <Contacts {...own} /> },
    { id: 'security', name: say('accountSecurity'), show: () => <Security {...own} /> },
    { id: 'signins', name: say('accountSignIns'), show: () => <SignIns /> },
    { id: 'data', name: say('accountData'), show: () => <Data {...own} /> },
  ];
  return (
    <Frame label={say('accountTitle')}>
      <Again run={again.run}>
        <Tabs label={say('accountTitle')} tabs={tabs} />
      </Again>
      {again.methods && <Reauthenticate hook={again} />}
    </Frame>
  );
}
