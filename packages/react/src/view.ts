/** What `useSession()` returns: one union, told apart by `loading`. */
import type { KeyrackError } from './error.js';
import type { EndReason, Session } from './types.gen.js';

interface Always {
  /** Why the last load or refresh failed; undefined once one succeeds. */
  readonly error: KeyrackError | undefined;

  /** Reads the session now. Never rejects: what went wrong is in `error`. */
  readonly refetch: () => Promise<void>;

  /**
   * A token for the active sign-in, to be sent to your backend. Kept until shortly before it expires, and dropped
   * when the active sign-in or its scope changes. Before the first load is done it waits for it.
   *
   * @param template Name of the template, `default` when omitted.
   * @throws KeyrackError `no_session` when nobody is signed in, `template_not_found`, `session_changed` when the
   * account changed faster than tokens could be fetched, or what kept the request from being answered.
   */
  readonly getToken: (template?: string) => Promise<string>;

  /** Whether a `refetch()` is under way. The periodic refresh is silent. */
  readonly isRefetching: boolean;

  /** Whether the last refresh failed, so that what is shown may be old. */
  readonly stale: boolean;

  /** Why the last active sign-in ended, if it did. */
  readonly endReason: EndReason | null;
}

/** What can be done to a loaded session. Each resolves when the hook shows the outcome. */
export interface SessionMethods {
  /**
   * Makes another account of this session the active one.
   *
   * @throws KeyrackError `sign_in_not_found` when the session has no such sign-in.
   */
  readonly switchSignIn: (signInId: string) => Promise<void>;

  /**
   * Ends one sign-in, or all of them when no id is given, and follows the deployment's post-sign-out URL if there
   * is one. When the active sign-in ends, the most recently active of the others becomes active.
   *
   * @throws KeyrackError `sign_in_not_found` when the session has no such sign-in.
   */
  readonly signOut: (signInId?: string) => Promise<void>;

  /**
   * Makes the active sign-in act in an organization, or for itself when no id is given. A workspace that is not in
   * the organization is left.
   *
   * @param organizationId The organization's id, not that of a membership.
   * @throws KeyrackError `organization_not_found` when the account is no member of it, `not_found` when the server
   * knows no organizations, `signed_out` when nobody is signed in.
   */
  readonly switchOrganization: (organizationId?: string) => Promise<void>;

  /**
   * Makes the active sign-in act in a workspace, and so in the organization that it belongs to.
   *
   * @param workspaceId The workspace's id, not that of a membership.
   * @throws KeyrackError `workspace_not_found` when the account is no member of it, `not_found` when the server knows
   * no workspaces, `signed_out` when nobody is signed in.
   */
  readonly switchWorkspace: (workspaceId: string) => Promise<void>;

  /**
   * Exchanges a ticket for what it opens: mostly a sign-in, which is active then. Where the account asks for a second factor
   * the session has an attempt that waits for it, with which a sign-in form goes on. Rejects with `ticket_used`,
   * `ticket_expired`, `ticket_not_found`, `ticket_elsewhere`, or as a sign-in does.
   *
   * @param codeVerifier For a ticket that was made for whoever has this, as one is that another page hands over: 43 to 128
   * letters, digits, `-`, `.`, `_`, `~` (RFC 7636, 4.1).
   */
  readonly exchangeTicket: (ticket: string, codeVerifier?: string) => Promise<void>;
}

/** What {@link SessionLoaded.has} is asked. */
export interface Asked {
  /** A permission of the deployment's catalogue, such as `organization:manage`. */
  readonly permission: string;
}

/** Before the first load is done. */
export interface SessionLoading extends Always, Partial<Record<keyof SessionMethods | 'has', undefined>> {
  readonly loading: true;

  /** `failed` when a try has failed; the next one follows by itself. */
  readonly status: 'loading' | 'failed';

  readonly session?: undefined;
}

/** After the first load, for good: refreshes and mutations never lead back to {@link SessionLoading}. */
export interface SessionLoaded extends Always, SessionMethods {
  readonly loading: false;

  readonly status: 'signed-out' | 'signed-in';

  /** The session. The same object for as long as nothing in it has changed. */
  readonly session: Session;

  /**
   * Whether the roles of the active sign-in, where it acts now, allow something; undefined until its memberships were
   * read, which the first call begins. Another function whenever what it knows has changed.
   *
   * For what a page shows, not for what may be done: that is for the backend, which verifies a token.
   */
  readonly has: (asked: Asked) => boolean | undefined;
}

/** What `useSession()` returns. */
export type UseSession = SessionLoading | SessionLoaded;

type Quiet<T> = T extends unknown ? Omit<T, 'isRefetching'> : never;

/** The part of {@link UseSession} that every component follows. */
export type SessionView = Quiet<UseSession>;

/** Whether the active memberships of a session allow something; undefined while that is not known. */
export type Allows = (session: Session, permission: string) => boolean | undefined;

/** What components are shown of a session; before the first load there is none. */
export function viewOf(
  session: Session | undefined,
  error: KeyrackError | undefined,
  always: Pick<SessionView, 'refetch' | 'getToken'>,
  methods: SessionMethods,
  client: { readonly allows: Allows },
): SessionView {
  const shown = { error, stale: !!(session && error), endReason: session?.end_reason ?? null, ...always };
  if (!session) return { loading: true, status: error ? 'failed' : 'loading', ...shown };
  return {
    loading: false,
    status: session.active_signin ? 'signed-in' : 'signed-out',
    session,
    ...shown,
    has: (asked) => client.allows(session, asked.permission),
    ...methods,
  };
}
