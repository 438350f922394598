import { type ReactElement, useState } from 'react';
import type { AccountDeletion, CurrentUser } from '../../types.gen.js';
import { type UserLoaded, useUser } from '../../use-user.js';
import { useSay } from '../entry/say.js';
import { Frame, Wait } from '../frame.js';
import { dateOf } from './dates.js';
import { Own } from './later.js';

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
