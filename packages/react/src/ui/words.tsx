import { createContext, type ReactElement, type ReactNode, useContext, useMemo } from 'react';

/** Everything that the components say, in English. */
export const ENGLISH = {
  accept: 'Accept',
  accepted: (place: string) => `You are a member of ${place}.`,
  acceptAsOther: 'The invitation is for another account than those that are signed in here.',
  acceptSignIn: (email: string) => `Sign in as ${email} to accept.`,
  acceptSignUp: (email: string) => `Create an account for ${email} to accept.`,
  accounts: 'Accounts',
  addDomain: 'Add domain',
  allowedAddresses: 'Allowed addresses',
  allowedAddressesHint: 'Addresses or networks, such as 203.0.113.0/24, one a line.',
  allRead: 'Mark all as read',
  cancel: 'Cancel',
  changeScope: 'Change account or organization',
  chooseOrganization: 'Choose an organization',
  chooseWorkspace: 'Choose a workspace',
  createOrganization: 'Create organization',
  createRole: 'Create role',
  deleteDomain: (domain: string) => `Remove ${domain}`,
  deleteOrganization: 'Delete organization',
  deleteRole: (role: string) => `Remove role ${role}`,
  deleteSure: (name: string) => `Everything in ${name} is deleted for everybody. Type its name to go on.`,
  deleteWorkspace: 'Delete workspace',
  description: 'Description',
  discard: (email: string) => `Withdraw the invitation of ${email}`,
  domain: 'Domain',
  domainAdded: 'Added. Prove it by the record below.',
  domainProof: (type: string, name: string) => `Publish a ${type} record at ${name} that says:`,
  domainProved: (domain: string) => `${domain} is proved.`,
  domains: 'Domains',
  email: 'Email address',
  expired: 'expired',
  failed: 'It could not be read.',
  general: 'General',
  inNoOrganization: 'You are in no organization yet. Ask an administrator of one to invite you.',
  inNoWorkspace: 'You are in no workspace of this organization. Ask an administrator to add you to one.',
  invitations: 'Invitations',
  join: (name: string) => `Join ${name}`,
  joinMode: (domain: string) => `Who has an address in ${domain}`,
  joinModes: { automatic: 'joins without asking', suggestion: 'may join', none: 'has to be invited' },
  invite: 'Invite',
  invited: (email: string) => `${email} was invited.`,
  inviterGone: 'does not work until it is sent again',
  invitedBy: (name: string) => `${name} invites you to`,
  invitedByMail: 'Open the link in the mail that you got.',
  invitedTo: 'You are invited to',
  leaveOrganization: 'Leave organization',
  leaveWorkspace: 'Leave workspace',
  loading: 'Loading…',
  markRead: (title: string) => `Mark as read: ${title}`,
  members: 'Members',
  membersFound: (count: number) => (count === 1 ? '1 member' : `${count} members`),
  more: 'Show more',
  name: 'Name',
  noDomains: 'No domains yet.',
  noInvitations: 'Nobody is invited.',
  noMore: 'That is all.',
  noMembers: 'Nobody was found.',
  noNotifications: 'Nothing new.',
  noOrganization: 'You act in no organization. Choose one first.',
  noWorkspace: 'You act in no workspace. Choose one first.',
  notAllowed: 'Your roles do not allow this. Ask an administrator.',
  notifications: 'Notifications',
  notificationsUnread: (count: number) => (count === 0 ? 'Notifications' : `Notifications, ${count} unread`),
  optional: 'optional',
  organizations: 'Organizations',
  otherOrganization: 'Choose another organization',
  partOf: (part: string, place: string) => `${part}: ${place}`,
  permissions: 'Permissions',
  picture: 'Picture',
  pictureHint: 'PNG, JPEG or WebP, up to 512 KiB. Anybody may see it.',
  personal: 'Personal',
  proved: 'proved',
  putAway: (what: string) => `Put away: ${what}`,
  really: 'Sure?',
  recordMissing: 'proved, but its record is missing',
  removeMember: (name: string) => `Remove ${name}`,
  removePicture: 'Remove the picture',
  requireAddresses: 'Only allow certain addresses',
  requireSecondFactor: 'Require a second factor',
  resend: (email: string) => `Send the invitation of ${email} again`,
  resent: 'Sent again.',
  restrictions: 'Restrictions',
  retry: 'Try again',
  role: 'Role',
  roleOf: (name: string) => `Role of ${name}`,
  roles: 'Roles',
  save: 'Save',
  saved: 'Saved.',
  search: 'Search members',
  suggestions: 'You may join',
  sure: (what: string) => `${what}: are you sure?`,
  unread: 'unread',
  unproved: 'not proved',
  usualRole: 'the usual role',
  verifyDomain: (domain: string) => `Look for the record of ${domain} now`,
  waiting: 'Invited',
  workspaces: 'Workspaces',
};

/** Everything that the components say. */
export type UiWords = typeof ENGLISH;

const WordsContext = createContext<UiWords>(ENGLISH);

/** What {@link UiWordsProvider} takes. */
export interface UiWordsProviderProps {
  /** Another language, or other words for some things; what is left out stays English. */
  readonly words: Partial<UiWords>;
  readonly children?: ReactNode;
}

/** Has the components below say things in other words. Messages of the server come in the language that it speaks. */
export function UiWordsProvider({ words, children }: UiWordsProviderProps): ReactElement {
  const all = useMemo(() => ({ ...ENGLISH, ...words }), [words]);
  return <WordsContext.Provider value={all}>{children}</WordsContext.Provider>;
}

/** The words of the nearest provider. */
export function useWords(): UiWords {
  return useContext(WordsContext);
}
