/** What the components of the package are made of on these pages. */
import type { UiParts } from '@keyrack/react/ui';
import { useEffect, useRef } from 'react';
import { problemOf } from './problem.js';
import { Loading } from './states.js';
import { Title } from './title.js';

const LOOKS = { main: 'button button-main', usual: 'button', link: 'link' } as const;

/** Those that are no form. */
export const PLAIN = {
  Title: function PageTitle({ children, takesFocus = false }) {
    const title = useRef<HTMLHeadingElement>(null);
    useEffect(() => {
      if (takesFocus) title.current?.focus();
    }, [takesFocus]);
    return <Title ref={title}>{children}</Title>;
  },
  Lead: ({ children }) => <p className="lead">{children}</p>,
  Notice: ({ isBad = false, children }) => (
    <p className={isBad ? 'notice notice-warning' : 'notice notice-info'} role={isBad ? 'alert' : undefined}>
      {children}
    </p>
  ),
  Button: ({ look = 'usual', isBusy = false, isOff = false, onPress, children }) => (
    <button
      type="button"
      className={LOOKS[look]}
      aria-busy={isBusy}
      aria-disabled={isOff || undefined}
      onClick={() => !isBusy && !isOff && onPress()}
    >
      {children}
    </button>
  ),
  Anchor: ({ href, children }) => <a href={href}>{children}</a>,
  Ways: ({ children }) => <div className="ways">{children}</div>,
  Outcome: ({ isGood, children }) => (
    <p className={isGood ? 'good' : 'problem'} role="status">
      {children}
    </p>
  ),
  Other: ({ children }) => <p className="other">{children}</p>,
  Working: Loading,
  problemOf,
} satisfies Partial<UiParts>;
