'use client';

import { KeyrackProvider, ServerMark, type Session, useSession } from '@keyrack/react';
import { useRouter } from 'next/navigation';
import { type ReactNode, useEffect, useRef } from 'react';

const publishableKey = process.env.NEXT_PUBLIC_KEYRACK_PUBLISHABLE_KEY ?? '';

export function Providers({ initialSession, children }: { initialSession?: Session; children: ReactNode }) {
  const router = useRouter();
  return (
    <KeyrackProvider publishableKey={publishableKey} initialSession={initialSession} navigate={router.push}>
      <ServerMark />
      <ServerFollows initialId={initialSession?.active_signin?.id} />
      {children}
    </KeyrackProvider>
  );
}

/**
 * What the server rendered is one account's: when another becomes active, in whichever tab, the page is opened anew, and the
 * mark above has the browser bring a token of that account.
 */
function ServerFollows({ initialId }: { initialId: string | undefined }) {
  const { loading, session } = useSession();
  const rendered = useRef(initialId);
  const id = session?.active_signin?.id;
  useEffect(() => {
    if (loading || id === rendered.current) return;
    rendered.current = id;
    // The page of a sign-in goes on by itself.
    if (!location.pathname.startsWith('/sign-in')) location.reload();
  }, [loading, id]);
  return null;
}
