/**
 * What a provider shows of the session, and in whose name it asks: the session as it is, or, with `scope="tab"`, with the
 * scope of this tab laid over it. That is code of its own, loaded by who uses it.
 */
import type { Beginning } from './beginning.js';
import { notLoaded } from './error.js';
import type { Tab } from './tab.js';
import type { Sender } from './transport.js';
import type { Session } from './types.gen.js';

export interface Lens {
  readonly send: Sender['send'];

  /** What is shown of the session that all tabs share: the same object while neither has changed. */
  readonly lay: (shared: Session | undefined) => Session | undefined;
}

/** Calls `show` when something else is to be shown although the session is the same. */
export function lensOf(sender: Sender, base: string, { scope, session }: Beginning, show: () => void): Lens {
  if (!scope) return { send: (request) => sender.send(request), lay: (shared) => shared };
  let tab: Tab | undefined;
  return {
    send: async (request) => {
      const { Tab } = await import('./tab.js').catch(notLoaded);
      return (tab ??= new Tab(sender, base, session, show)).send(request);
    },
    lay: (shared) => (tab ? tab.lay(shared) : (session ?? undefined)),
  };
}
