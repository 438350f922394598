import { useEffect } from 'react';
import { useSession } from './use-session.js';

/** For as long as browsers keep a cookie. */
const MAX_AGE_S = 34_560_000;

/**
 * For applications whose pages are rendered on their server by `@keyrack/server`: tells that server, by a cookie of the
 * application, which sign-in at which revision this browser has seen. When it is not the one of the server's token, the next page
 * that is opened is rendered for whoever it is by then, and not for somebody of up to a minute ago. It holds no secret, and nobody
 * is believed by it. Put it anywhere below the provider; it shows nothing.
 */
export function ServerMark(): null {
  const { loading, session } = useSession();
  const active = session?.active_signin;
  const mark = loading ? undefined : active ? `${active.id}.${session.revision}` : '-';
  useEffect(() => {
    if (mark === undefined) return;
    const secure = location.protocol === 'https:' ? '; Secure' : '';
    document.cookie = `keyrack_mark=${mark}; Max-Age=${MAX_AGE_S}; Path=/; SameSite=Lax${secure}`;
  }, [mark]);
  return null;
}
