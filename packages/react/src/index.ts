'use client';

export type { AccountMethods, ProfileChanges } from './account.js';
export type { CodeStrategy, Preparation, SetUpStrategy } from './attempts.js';
export type { DeploymentLoaded, DeploymentLoading, UseDeployment } from './deployment.js';
export { type ClientErrorCode, KeyrackError } from './error.js';
export { hasAutofill, hasPasskeys, type PasskeyOptions } from './has-passkeys.js';
export type { DomainMethods, InvitationMethods, NewInvitation } from './joining.js';
export type { EndedAccount } from './memory.js';
export type { NotificationMethods } from './notifications.js';
export type { MemberMethods, NewPlace, NewRole, PlaceChanges, PlaceMethods, RoleMethods } from './places.js';
export { Protect, type ProtectProps } from './protect.js';
export { KeyrackProvider, type KeyrackProviderProps } from './provider.js';
export { ServerMark } from './server-mark.js';
export { SignedIn, SignedOut, type SignedProps } from './signed.js';
export { useDeployment } from './use-deployment.js';
export { useDevice, type UseDevice } from './use-device.js';
export type { Beside } from './use-entry.js';
export { type ForgotPasswordOptions, useForgotPassword, type UseForgotPassword } from './use-forgot-password.js';
export { type InvitationLoaded, type InvitationLoading, useInvitation, type UseInvitation } from './use-invitation.js';
export {
  type InvitationsQuery,
  type OrganizationDomainsLoaded,
  type OrganizationDomainsLoading,
  type OrganizationInvitationsLoaded,
  type OrganizationInvitationsLoading,
  type OrganizationSuggestionsLoaded,
  type OrganizationSuggestionsLoading,
  useOrganizationDomains,
  type UseOrganizationDomains,
  useOrganizationInvitations,
  type UseOrganizationInvitations,
  useOrganizationSuggestions,
  type UseOrganizationSuggestions,
} from './use-joining.js';
export {
  type OrganizationListLoaded,
  type OrganizationListLoading,
  useOrganizationList,
  type UseOrganizationList,
  useWorkspaceList,
  type UseWorkspaceList,
  type WorkspaceListLoaded,
  type WorkspaceListLoading,
} from './use-lists.js';
export {
  type MagicLinkLoaded,
  type MagicLinkLoading,
  type MagicLinkQuery,
  useMagicLink,
  type UseMagicLink,
} from './use-magic-link.js';
export {
  type MembersLoaded,
  type MembersLoading,
  type OrganizationMembersQuery,
  useOrganizationMembers,
  type UseOrganizationMembers,
  useWorkspaceMembers,
  type UseWorkspaceMembers,
  type WorkspaceMembersQuery,
} from './use-members.js';
export {
  type OrganizationMembershipsLoaded,
  type OrganizationMembershipsLoading,
  useOrganizationMemberships,
  type UseOrganizationMemberships,
  useWorkspaceMemberships,
  type UseWorkspaceMemberships,
  type WorkspaceMembershipsLoaded,
  type WorkspaceMembershipsLoading,
} from './use-memberships.js';
export {
  type NotificationChannel,
  type NotificationsLoaded,
  type NotificationsLoading,
  type NotificationsQuery,
  type UnreadLoaded,
  type UnreadLoading,
  useNotifications,
  type UseNotifications,
  useUnreadNotifications,
  type UseUnreadNotifications,
} from './use-notifications.js';
export {
  type OrganizationLoaded,
  type OrganizationLoading,
  useOrganization,
  type UseOrganization,
  useWorkspace,
  type UseWorkspace,
  type WorkspaceLoaded,
  type WorkspaceLoading,
} from './use-place.js';
export { useReauthentication, type UseReauthentication } from './use-reauthentication.js';
export {
  type RolesLoaded,
  type RolesLoading,
  useOrganizationRoles,
  type UseOrganizationRoles,
  useWorkspaceRoles,
  type UseWorkspaceRoles,
} from './use-roles.js';
export { useSession } from './use-session.js';
export {
  type SessionListLoaded,
  type SessionListLoading,
  useSessionList,
  type UseSessionList,
} from './use-session-list.js';
export { type Credentials, type NewSignIn, type SecondFactor, type SignInOptions, useSignIn, type UseSignIn } from './use-sign-in.js';
export { type AuthenticatorSetUp, type NewAccount, type SignUpOptions, useSignUp, type UseSignUp } from './use-sign-up.js';
export { type UserLoaded, type UserLoading, useUser, type UseUser } from './use-user.js';
export { useWaitlist, type UseWaitlist, type WaitlistEntryRequest } from './use-waitlist.js';
export {
  type PasskeyMethods,
  useAuthenticators,
  type UseAuthenticators,
  usePasskeys,
  type UsePasskeys,
  type UserSignInMethods,
  useUserSignIns,
  type UseUserSignIns,
} from './use-ways.js';
export type { Asked, SessionLoaded, SessionLoading, SessionMethods, UseSession } from './view.js';
export type * from './types.gen.js';
