'use client';

import { KeyrackProvider, type Session, useSession } from '@keyrack/react';
import { useRouter } from 'next/navigation';
import { type ReactNode, useEffect, useRef } from 'react';

const publishableKey = process.env.NEXT_PUBLIC_KEYRACK_PUBLISHABLE_KEY ?? '';

export function Providers({ initialSession, children }: { initialSession?: Session; children: ReactNode }) {
  const router = useRouter();
  return (
    <KeyrackProvider publishableKey={publishableKey} initialSession={initialSession} navigate={router.push}>
      <ServerFollows initialId={initialSession?.active_signin?.id} />
      {children}
    </KeyrackProvider>
  );
}

/** What the server rendered is one account's: when another becomes active, in whichever tab, it renders again. */
function ServerFollows({ initialId }: { initialId: string | undefined }) {
  const router = useRouter();
  const { loading, session } = useSession();
  const rendered = useRef(initialId);
  const id = session?.active_signin?.id;
  useEffect(() => {
    if (loading || id === rendered.current) return;
    rendered.current = id;
    router.refresh();
  }, [loading, id, router]);
  return null;
}
