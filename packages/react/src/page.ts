/** What becomes of the page that a session is shown on. */
export interface PageEvents {
  /** It is visible again. */
  readonly onVisible: () => void;

  /** The network is back. */
  readonly onReturn: () => void;

  /** It is left, and may be kept in the back-forward cache as it is now. */
  readonly onLeave: () => void;

  /** It comes out of the back-forward cache: what it shows is as old as that was long. */
  readonly onBack: () => unknown;
}

/** Calls back until the returned function is called. */
export function watchPage({ onVisible, onReturn, onLeave, onBack }: PageEvents): () => void {
  const watch = new AbortController();
  const { signal } = watch;
  addEventListener('visibilitychange', () => document.hidden || onVisible(), { signal });
  addEventListener('online', onReturn, { signal });
  addEventListener('pagehide', ({ persisted }) => persisted && onLeave(), { signal });
  addEventListener('pageshow', ({ persisted }) => persisted && onBack(), { signal });
  return () => watch.abort();
}

/**
 * Covers the page until the returned function is called. By a style sheet of its own, which no strict content policy
 * forbids: two providers cover independently, and nothing of the page is changed, moved or mounted anew. A part of the
 * page may insist on being visible, but not on being opaque where the root is not.
 */
export function cover(): (() => void) | undefined {
  // Safari before 16.4 has no such sheets.
  if (!document.adoptedStyleSheets) return undefined;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('html{opacity:0!important}html,html *{visibility:hidden!important}');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const focused = document.activeElement as HTMLElement | null;
  return () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    // What is invisible loses the focus. Nobody shall have to find the place again.
    if (document.activeElement === document.body) focused?.focus({ preventScroll: true });
  };
}
