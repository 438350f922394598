import { type ReactElement, useEffect, useState } from 'react';
import { useReauthentication } from '../../use-reauthentication.js';
import { useSay } from '../entry/say.js';
import { type Tab, Tabs } from '../tabs.js';
import type { DataProps } from './data.js';
import { Contacts, Data, Profile, Reauthenticate, Security, SignIns } from './later.js';
import { Again } from './own.js';

/** Everything of one account, in parts of which one is shown. */
export function Own({ onDeleted, ...own }: DataProps): ReactElement {
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
