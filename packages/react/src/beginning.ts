import type { Stored } from './stored.js';
import type { Deployment, Session } from './types.gen.js';

/** What a client begins with. */
export interface Beginning {
  /** Known before anything was asked, because a server rendered the page with it. */
  readonly session?: Session | null | undefined;
  readonly deployment?: Deployment | null | undefined;

  /** `tab`: what is active, and where, is this tab's own. */
  readonly scope?: 'tab' | undefined;

  /** Puts itself before the methods that components are given: for tests of applications. */
  readonly wrap?: <T extends object>(methods: T) => T;

  /** Where a chooser remembers accounts, in place of localStorage: for the same. */
  readonly remembered?: Stored;
}
