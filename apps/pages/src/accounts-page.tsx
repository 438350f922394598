import { Chooser } from './chooser.js';
import type { PageProps } from './page.js';

/** `/accounts`: everything that this browser is signed in with. */
export function AccountsPage({ hook }: PageProps) {
  return <Chooser hook={hook} way="sign-in" />;
}
