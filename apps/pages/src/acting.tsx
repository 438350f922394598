import { useState } from 'react';
import type { PageProps } from './page.js';
import { say } from './say.js';

/** Above every page while somebody acts as somebody else: who, as whom, and the end of it. */
export function Acting({ hook }: PageProps) {
  const [isBusy, setBusy] = useState(false);
  const { id, act, user } = hook.session.active_signin ?? {};
  if (!id || !act || !user) return null;
  const end = () => {
    setBusy(true);
    // What is refused or lost leaves the button to try again.
    hook.signOut(id).catch(() => setBusy(false));
  };
  return (
    <aside className="acting" aria-label={say('acting_title')}>
      <p>{say('acting_text', { actor: act.sub, name: user.email_address || `${user.first_name} ${user.last_name}` })}</p>
      <button type="button" className="button" aria-busy={isBusy} onClick={end}>
        {say('acting_end')}
      </button>
    </aside>
  );
}
