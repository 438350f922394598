import type { ReactNode } from 'react';

/** Header and main part of every page. */
export function Frame({ children }: { readonly children: ReactNode }) {
  const here = location.pathname.split('/').at(-1) ?? '';
  const current = (page: string) => (here === page ? 'page' : undefined);
  return (
    <>
      <header className="top">
        <a className="brand" href="./" aria-label="Keyrack demo">
          <Mark />
          <span>Keyrack</span>
        </a>
        <nav aria-label="Pages">
          <a href="./" aria-current={current('')}>
            Demo
          </a>
          <a href="team" aria-current={current('team')}>
            Team
          </a>
          <a href="profile" aria-current={current('profile')}>
            Account
          </a>
          <a href="outbox" aria-current={current('outbox')}>
            Outbox
          </a>
          <a href="accounts">Hosted pages</a>
        </nav>
      </header>
      <main>{children}</main>
    </>
  );
}

/** Keys on a rail, one of them in use. */
function Mark() {
  return (
    <svg
      viewBox="0 0 32 24"
      width="32"
      height="24"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
    >
      <path d="M2 4h28" strokeLinecap="round" />
      <circle cx="8" cy="9" r="2.6" />
      <path d="M8 11.6V17" />
      <g className="mark-active">
        <circle cx="16" cy="10" r="3" />
        <path d="M16 13v9m0-2.5h3" />
      </g>
      <circle cx="24" cy="9" r="2.6" />
      <path d="M24 11.6V17" />
    </svg>
  );
}
