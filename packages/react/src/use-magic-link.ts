import { useMemo, useState } from 'react';
import { useClient } from './provider.js';
import type { MagicLink, SigninAttempt } from './types.gen.js';
import { useAsked } from './use-asked.js';
import type { Beside } from './use-entry.js';

/** Before it is known what the link is worth. */
export interface MagicLinkLoading extends Beside {
  readonly loading: true;
  readonly link?: undefined;
  readonly confirm?: undefined;
}

/** Once it is. */
export interface MagicLinkLoaded extends Beside {
  readonly loading: false;

  /** What it is worth, who asked for it, whether that was this browser, and, if not, the code to be typed there. */
  readonly link: MagicLink;

  /**
   * Signs in here, where this browser asked for the link. Where another one did, this is refused unless `here` is set,
   * which is for somebody to choose: then this browser signs in, and the other one does not. Resolves with true when
   * `useSession()` shows the account, with false when a step is left, with which `useSignIn({ attemptId })` goes on; its
   * code is on its way by then. Looking at the link signs nobody in.
   *
   * @throws KeyrackError `confirm_required` where another browser asked, `link_not_valid` when it was used, has expired or
   * was followed by a newer one, `USER_ALREADY_SIGNED_IN`, `too_many_accounts`.
   */
  readonly confirm: (options?: { readonly here?: boolean }) => Promise<boolean>;
}

/** What {@link useMagicLink} returns. */
export type UseMagicLink = (MagicLinkLoading | MagicLinkLoaded) & {
  /** The sign-in that `confirm()` has left at a step; null before, and when it left none. */
  readonly attemptId: string | null;
};

/** What a mailed link says. */
export interface MagicLinkQuery {
  readonly token: string;
  readonly attempt: string;
}

/**
 * A mailed link that signs in, as the page that it leads to shows it.
 *
 * @param query What the link says.
 * @throws Error when there is no {@link KeyrackProvider} above.
 */
export function useMagicLink({ token, attempt }: MagicLinkQuery): UseMagicLink {
  const client = useClient();
  const { data: link, error, refetch } = useAsked<MagicLink>('/auth/magic-link', JSON.stringify({ token, attempt }));
  const [attemptId, setLeft] = useState<string | null>(null);
  const confirm = useMemo(
    () => async ({ here = false }: { readonly here?: boolean } = {}) => {
      let left: SigninAttempt | undefined;
      await client.mutate({
        path: '/auth/verify-magic-link',
        body: here ? { token, attempt, here } : { token, attempt },
        isDone: (now, before) => now.signins.some(({ id }) => !before.signins.some((one) => one.id === id)),
        follow: async ({ signin_attempts: all }) => {
          // Of this link, which keeps its place; signing in in another browser is an attempt of its own, the last.
          const of = all.find(({ id }) => id === attempt) ?? all.at(-1);
          left = of?.completed ? undefined : of;
          await import('./answer.js').then(({ prepareLeft }) => prepareLeft(client, left), () => undefined);
        },
      });
      setLeft(left?.id ?? null);
      return !left;
    },
    [client, token, attempt],
  );
  return useMemo(
    () => ({ attemptId, error, refetch, ...(link ? { loading: false, link, confirm } : { loading: true }) }),
    [link, attemptId, confirm, error, refetch],
  );
}
