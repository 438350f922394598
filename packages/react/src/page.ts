/** When the page comes back to somebody who looks at it. */
export interface PageEvents {
  /** It is visible again. */
  readonly onVisible: () => void;

  /** The network is back, or the page left the back-forward cache: what it shows is as old as that was long. */
  readonly onReturn: () => void;
}

/** Calls back until the returned function is called. */
export function watchPage({ onVisible, onReturn }: PageEvents): () => void {
  const watch = new AbortController();
  const { signal } = watch;
  document.addEventListener('visibilitychange', () => document.hidden || onVisible(), { signal });
  addEventListener('online', onReturn, { signal });
  addEventListener('pageshow', ({ persisted }) => persisted && onReturn(), { signal });
  return () => watch.abort();
}
