import type { ReactNode } from 'react';
import { readSession } from '../lib/keyrack';
import { AccountSwitcher } from './account-switcher';
import { Providers } from './providers';

export const metadata = { title: 'Keyrack and Next.js' };

export default async function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <Providers initialSession={await readSession()}>
          <AccountSwitcher />
          <main>{children}</main>
        </Providers>
      </body>
    </html>
  );
}
