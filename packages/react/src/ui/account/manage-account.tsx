import { type ReactElement, useEffect, useState } from 'react';
import type { AccountDeletion, CurrentUser } from '../../types.gen.js';
import { useReauthentication } from '../../use-reauthentication.js';
import { type UserLoaded, useUser } from '../../use-user.js';
import { useSay } from '../entry/say.js';
import { Frame, Wait } from '../frame.js';
import { type Tab, Tabs } from '../tabs.js';
import { Contacts, Data, Profile, Reauthenticate, Security, SignIns } from './later.js';
import type { DataProps } from './data.js';
import { Again, dateOf } from './own.js';

/** What each part of an account takes. */
export interface OwnProps {
  readonly user: CurrentUser;
  readonly hook: UserLoaded;
}

/** What {@link ManageAccount} takes. */
export interface ManageAccountProps {
  /**
   * Called when the account is to be deleted and is signed out; with when, where the answer arrived. Signing in to it before
   * takes that back, which this component says too, as long as it is there.
   */
  readonly onDeleted?: ((deletion: AccountDeletion | undefined) => void) | undefined;
}

/**
 * The active account for its owner: profile, addresses and numbers, password, passkeys, second factors, where it is signed
 * in, what is stored of it, and its end. Where the deployment wants to be sure who is there, it asks, and goes on.
 */
export function ManageAccount({ onDeleted }: ManageAccountProps): ReactElement {
  const say = useSay();
  const hook = useUser();
  const [deleted, setDeleted] = useState('');
  const own = {
    onDeleted: (deletion: AccountDeletion | undefined) => {
      setDeleted(deletion ? say('accountDeleted', { date: dateOf(deletion.deletion_due_at) }) : say('accountDeletedSoon'));
      onDeleted?.(deletion);
    },
  };
  return (
    <Frame label={say('accountTitle')} isBusy={hook.loading}>
      <p role="status" className="kr-deleted">
        {deleted}
      </p>
      {hook.loading ? (
        <Wait error={hook.error} refetch={hook.refetch} />
      ) : hook.user ? (
        // What was typed or shown for one account is gone when another takes its place.
        <Own key={hook.user.id} user={hook.user} hook={hook} {...own} />
      ) : (
        <p className="kr-quiet">{say('accountNobody')}</p>
      )}
    </Frame>
  );
}

function Own({ onDeleted, ...own }: DataProps): ReactElement {
  const say = useSay();
  const again = useReauthentication();
  const [codes, setCodes] = useState<readonly string[]>();
  useEffect(() => {
    if (!codes) return undefined;
    // They are seen nowhere else.
    const ask = (event: Event): void => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [codes]);
  const tabs: Tab[] = [
    { id: 'profile', name: say('accountProfile'), show: () => <Profile {...own} /> },
    { id: 'addresses', name: say('accountAddresses'), show: () => <Contacts {...own} /> },
    { id: 'security', name: say('accountSecurity'), show: () => <Security {...own} codes={codes} onCodes={setCodes} /> },
    { id: 'signins', name: say('accountSignIns'), show: () => <SignIns /> },
    { id: 'data', name: say('accountData'), show: () => <Data {...own} onDeleted={onDeleted} /> },
  ];
  return (
    <>
      <Again run={again.run}>
        <Tabs label={say('accountTitle')} tabs={tabs} />
      </Again>
      {again.methods && <Reauthenticate hook={again} />}
    </>
  );
}
