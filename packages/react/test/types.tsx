/** Compiled, never run: what the types allow, and what they must not. H02 of the hook's rules. */
import {
  type CurrentUser,
  type Deployment,
  type EndedAccount,
  type KeyrackError,
  type Organization,
  type OrganizationCreated,
  type OrganizationMember,
  type OrganizationMembership,
  Protect,
  type Session,
  type SignIn,
  useDeployment,
  useNotifications,
  useOrganization,
  useOrganizationList,
  useOrganizationMembers,
  useOrganizationMemberships,
  type UseSession,
  useSession,
  useSessionList,
  useUser,
} from '@keyrack/react';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

function holds<T extends true>(): T | undefined {
  return undefined;
}

export function Everything() {
  const {
    loading,
    status,
    error,
    session,
    stale,
    isRefetching,
    endReason,
    refetch,
    getToken,
    switchSignIn,
    switchOrganization,
    switchWorkspace,
    signOut,
    exchangeTicket,
  } = useSession();
  holds<Equal<typeof error, KeyrackError | undefined>>();
  holds<Equal<typeof refetch, () => Promise<void>>>();
  holds<Equal<typeof getToken, (template?: string) => Promise<string>>>();
  holds<Equal<typeof stale | typeof isRefetching, boolean>>();
  if (loading) {
    holds<Equal<typeof status, 'loading' | 'failed'>>();
    holds<Equal<typeof session, undefined>>();
    holds<Equal<typeof signOut, undefined>>();
    return null;
  }
  holds<Equal<typeof status, 'signed-in' | 'signed-out'>>();
  holds<Equal<typeof session, Session>>();
  holds<Equal<typeof session.active_signin, SignIn | null>>();
  holds<Equal<typeof switchSignIn, (signInId: string) => Promise<void>>>();
  holds<Equal<typeof switchOrganization, (organizationId?: string) => Promise<void>>>();
  holds<Equal<typeof switchWorkspace, (workspaceId: string) => Promise<void>>>();
  holds<Equal<typeof signOut, (signInId?: string) => Promise<void>>>();
  holds<Equal<typeof exchangeTicket, (ticket: string, codeVerifier?: string) => Promise<void>>>();
  return <p>{endReason}</p>;
}

export function Unchecked() {
  const { session, switchSignIn } = useSession();
  // @ts-expect-error before `loading` was checked there may be no session
  const active = session.active_signin;
  // @ts-expect-error nor a way to change it
  void switchSignIn('sin_1');
  return <p>{String(active)}</p>;
}

export function undestructured(hook: UseSession): string {
  // @ts-expect-error before `loading` was checked there may be no session
  void hook.session.active_signin;
  if (hook.loading) return hook.status;
  void hook.signOut();
  // @ts-expect-error what is shown is not to be written to
  hook.session = undefined;
  return hook.session.active_signin?.user.email_address ?? '';
}

export function Around() {
  const { user, loading } = useUser();
  const { deployment, loading: isWaiting } = useDeployment();
  const { signins, ended, forget, loading: isReading } = useSessionList();
  // @ts-expect-error before `loading` was checked nobody knows whether there is a user
  void (user === null ? '' : user.first_name);
  // @ts-expect-error nor settings
  void deployment.ui_settings;
  // @ts-expect-error nor a list
  void signins.length;
  if (loading || isWaiting || isReading) return null;
  holds<Equal<typeof user, CurrentUser | null>>();
  holds<Equal<typeof deployment, Deployment>>();
  holds<Equal<typeof signins, readonly SignIn[]>>();
  holds<Equal<typeof ended, readonly EndedAccount[]>>();
  holds<Equal<typeof forget, (userId: string) => void>>();
  return <p>{user?.first_name}</p>;
}

export function Teams() {
  const { loading, organization, membership, leave } = useOrganization();
  const { organizationMemberships, loading: isWaiting } = useOrganizationMemberships();
  const { createOrganization, loading: isReading } = useOrganizationList();
  const { members, fetchMore, removeMember, loading: isAsking } = useOrganizationMembers({ search: 'a', limit: 5 });
  const { has, loading: isEarly } = useSession();
  const inbox = useNotifications({ channel: 'organization' });
  // @ts-expect-error before `loading` was checked nobody knows where the account acts
  void (organization === null ? '' : organization.name);
  // @ts-expect-error nor what it is a member of
  void organizationMemberships.length;
  // @ts-expect-error nor what it may
  void has({ permission: 'organization:admin' });
  // @ts-expect-error nor what it is told
  void inbox.notifications.length;
  // @ts-expect-error there is no such place
  useNotifications({ channel: 'everywhere' });
  if (loading || isWaiting || isReading || isAsking || isEarly) return <Protect permission="organization:admin" />;
  holds<Equal<typeof organization, Organization | null>>();
  holds<Equal<typeof membership, OrganizationMembership | null>>();
  holds<Equal<typeof organizationMemberships, readonly OrganizationMembership[]>>();
  holds<Equal<ReturnType<typeof createOrganization>, Promise<OrganizationCreated>>>();
  holds<Equal<typeof members, readonly OrganizationMember[]>>();
  holds<Equal<typeof leave, () => Promise<void>>>();
  holds<Equal<typeof fetchMore, () => Promise<void>>>();
  holds<Equal<typeof removeMember, (membershipId: string) => Promise<void>>>();
  holds<Equal<ReturnType<typeof has>, boolean | undefined>>();
  return <p>{organization?.name}</p>;
}
