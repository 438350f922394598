/** Shapes of the wire that `types.gen.ts` does not have yet: invitations, domains, notifications. */
import type { Organization, OrganizationMember, OrganizationRole, Session, Workspace, WorkspaceRole } from './types.gen.js';

/** An invitation to an organization, and perhaps to a workspace of it, that nobody has accepted yet. */
export interface OrganizationInvitation {
  readonly id: string;
  readonly organization_id: string;

  /** The address that is invited: nobody else can accept. */
  readonly email: string;

  /** The role that whoever accepts gets; null when it is gone, then it is that of all who join. */
  readonly initial_organization_role: OrganizationRole | null;

  /** Who invited; null when that user is no member any more. */
  readonly inviter: OrganizationMember | null;

  /** The workspace; null when it is to the organization alone. */
  readonly workspace: Workspace | null;
  readonly initial_workspace_role: WorkspaceRole | null;

  /** Whether it is too late to accept it. */
  readonly expired: boolean;

  /** Until when it can be accepted. */
  readonly expires_at: string;
  readonly created_at: string;
  readonly updated_at: string;
}

/** Why an invitation was not accepted, or cannot be; others may be added. */
export type InvitationRefusal =
  | 'INVITATION_INVALID'
  | 'INVITATION_EXPIRED'
  | 'INVITATION_REQUIRES_SIGNUP'
  | 'INVITATION_EMAIL_MISMATCH'
  | (string & {});

/** What an invitation is to, as whoever has its token sees it. */
export interface InvitedTo {
  readonly id: string;
  readonly name: string;

  /** Where its picture is, or `""`. */
  readonly image_url: string;
}

/** What a mailed token is worth. */
export interface InvitationValidation {
  /** Whether it can be accepted. */
  readonly valid: boolean;

  /** The invited address; null when there is no such invitation. */
  readonly email?: string | null;
  readonly organization?: InvitedTo | null;
  readonly workspace?: InvitedTo | null;

  /** Who invited. */
  readonly inviter_name?: string | null;
  readonly expires_at?: string | null;

  /** Why it is not valid. */
  readonly error_code?: InvitationRefusal | null;

  /** The same for people. */
  readonly message?: string;
}

/** What came of accepting an invitation. */
export interface InvitationAcceptance {
  /** The organization, for whoever is a member now. */
  readonly organization?: Organization | null;
  readonly workspace?: Workspace | null;

  /** The sign-in that accepted. */
  readonly signin_id?: string | null;

  /** Whether the user was a member before. */
  readonly already_member?: boolean;

  /** Whether somebody has to sign in, or up, with `invited_email` and come back. */
  readonly requires_signin?: boolean;
  readonly invited_email?: string | null;

  /** Why it was not accepted. */
  readonly error_code?: InvitationRefusal | null;

  /** The same for people. */
  readonly message?: string;

  /** The session afterwards, for whoever is a member now. */
  readonly session?: Session | null;
}

/**
 * What a proved domain does for people who have proved an address in it: they join by themselves, they are shown the
 * organization and may join, or nothing.
 */
export type DomainJoinMode = 'automatic' | 'suggestion' | 'none';

/** An organization that the account may join, because it has proved the domain of an address of theirs. */
export interface OrganizationSuggestion {
  readonly organization_id: string;
  readonly name: string;

  /** Where its picture is, or `""`. */
  readonly image_url: string;
  readonly domain: string;
}

/** A domain that an organization says is its own. */
export interface OrganizationDomain {
  readonly id: string;
  readonly organization_id: string;

  /** The domain itself. */
  readonly fqdn: string;

  /** Whether the organization has proved it. */
  readonly verified: boolean;

  /** The type of the record that proves it: `TXT`. */
  readonly verification_dns_record_type: string;

  /** The label of that record: it stands at `<label>.<fqdn>`. */
  readonly verification_dns_record_name: string;

  /** What that record says. */
  readonly verification_dns_record_data: string;

  /** How often somebody asked to look for it. */
  readonly verification_attempts: number;

  /** What it does once it is proved. */
  readonly join_mode: DomainJoinMode;

  /** When it was proved; null when it is not. */
  readonly verified_at: string | null;

  /** When the record was last looked for and there was an answer. */
  readonly checked_at: string | null;

  /** Since when the record of a proved domain is missing: it must come back, or the domain is proved no more. */
  readonly missing_since: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** How much a notification matters. */
export type NotificationSeverity = 'info' | 'success' | 'warning' | 'error';

/** Something that can be done about a notification. */
export interface NotificationCta {
  /** What a person reads. */
  readonly label: string;

  /** What a program makes of it. */
  readonly payload: unknown;
}

/** Something that a user is told, in the user's inbox. */
export interface Notification {
  readonly id: string;

  /** Whose inbox it is in. */
  readonly user_id: string;

  /** The organization that it belongs to; null for one that belongs to the user alone. */
  readonly organization_id: string | null;

  /** The workspace that it belongs to, if to one. */
  readonly workspace_id: string | null;

  /** What happened, for programs: `invitation_received`, `role_given`, `new_device`, …; new ones come. */
  readonly kind: string;

  /** What happened, in a few words: plain text, no markup. */
  readonly title: string;

  /** The same in a sentence or two: plain text, no markup. */
  readonly body: string;
  readonly ctas: readonly NotificationCta[];
  readonly severity: NotificationSeverity;
  readonly is_read: boolean;
  readonly read_at: string | null;
  readonly is_archived: boolean;
  readonly archived_at: string | null;
  readonly is_starred: boolean;

  /** The facts, as names and texts. */
  readonly metadata: Record<string, string>;
  readonly created_at: string;
  readonly updated_at: string;

  /** When it goes. */
  readonly expires_at: string;
}

/** How much was not read of what belongs to one place. */
export interface NotificationsUnreadIn {
  /** The organization; null for what belongs to the user alone. */
  readonly organization_id: string | null;

  /** The workspace; null for what belongs to the organization itself. */
  readonly workspace_id: string | null;

  /** How much; at most 1 000 are counted. */
  readonly count: number;
}

/** How much of an inbox was not read. */
export interface NotificationsUnread {
  /** In all places that were asked for: the sum of `places`. */
  readonly count: number;

  /** In each where there is something, those with most first. */
  readonly places: readonly NotificationsUnreadIn[];
}
