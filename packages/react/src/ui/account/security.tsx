import type { ReactElement } from 'react';
import { useDeployment } from '../../use-deployment.js';
import { Factors } from './factors.js';
import type { OwnProps } from './manage-account.js';
import { Passkeys } from './passkeys.js';
import { Password } from './password.js';

/** What {@link Security} takes. */
export interface SecurityProps extends OwnProps {
  /** Backup codes that were just made: kept above the tabs, for they are seen this once. */
  readonly codes: readonly string[] | undefined;
  readonly onCodes: (codes: readonly string[] | undefined) => void;
}

/** What the account is protected by. */
export function Security(own: SecurityProps): ReactElement {
  const settings = useDeployment().deployment?.auth_settings;
  return (
    <>
      {settings?.password.enabled !== false && <Password {...own} />}
      {settings?.passkey.enabled && <Passkeys />}
      <Factors {...own} />
    </>
  );
}
