import type { ReactElement } from 'react';
import { useDeployment } from '../../use-deployment.js';
import { Factors } from './factors.js';
import type { OwnProps } from './manage-account.js';
import { Passkeys } from './passkeys.js';
import { Password } from './password.js';

/** What the account is protected by. */
export function Security(own: OwnProps): ReactElement {
  const settings = useDeployment().deployment?.auth_settings;
  return (
    <>
      {settings?.password.enabled !== false && <Password {...own} />}
      {settings?.passkey.enabled && <Passkeys />}
      <Factors {...own} />
    </>
  );
}
