/** The part of the fake server that knows organizations, workspaces and inboxes. */
import type { Organization, OrganizationMembership, OrganizationRole, Workspace, WorkspaceMembership } from '@keyrack/react';
import type { FakeServer, Recorded, Reply } from './fake-server.js';
import { user } from './fixtures.js';

const NOW = '2026-11-24T08:00:00.000Z';
const NOT_FOUND: Reply = { status: 404, code: 'organization_not_found' };

/** Who is in a place, and what each may do there. */
type Members = Record<string, readonly string[]>;

export interface FakeNotification {
  readonly id: string;
  readonly user_id: string;
  readonly title: string;
  readonly organization_id: string | null;
  readonly is_read: boolean;
  readonly kind?: string;
  readonly severity?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export class FakeTeams {
  /** By place: `{ org_a: { usr_ada: ['organization:admin'] } }`. */
  members: Record<string, Members> = {};

  /** What places are called; otherwise as their ids. */
  names: Record<string, string> = {};
  inbox: FakeNotification[] = [];

  /** Addresses that are invited, by organization; the id of an invitation is `inv_<address>`. */
  invited: Record<string, string[]> = {};
  domains: Record<string, string[]> = {};
  roles: Record<string, string[]> = {};

  /** By token: the organization and the user that may accept. */
  links: Record<string, { organization: string; user: string }> = {};
  suggested: object[] = [];

  /** What is to be said of a domain, by its name. */
  domainFacts: Record<string, object> = {};
  #made = 0;

  constructor(readonly server: FakeServer) {}

  /** Nothing for what it does not know. */
  answer(request: Recorded, what: string): Reply | undefined {
    const url = new URL(request.path, 'http://test');
    const [method = '', path = ''] = what.split(' ');
    const scope = url.searchParams.get('scope')?.split('.');
    const { signins, active_signin: active } = this.server.session;
    const acting = scope?.[0] ? signins.find(({ id }) => id === scope[0]) : active;
    if (path === '/deployment/invitations/validate') return this.#validate(request.body['token'] ?? '');
    if (path === '/organizations/invitations/accept') return this.#accept(request.body['token'] ?? '');
    if (!/^\/(me\/organization-suggestions|me\/.*-memberships|organizations|workspaces|notifications)/.test(path)) return undefined;
    if (!acting) return scope ? { status: 403, code: 'scope_not_available' } : { status: 401, code: 'signed_out' };
    const me = acting.user_id;
    if (path === '/me/organization-memberships') return { data: this.organizationMemberships(me) };
    if (path === '/me/organization-suggestions') return { data: this.suggested };
    if (path === '/me/workspace-memberships') return { data: this.workspaceMemberships(me) };
    const at = scope ? scope[1] : active?.active_organization_membership_id;
    if (path.startsWith('/notifications')) return this.#notifications(path, me, at?.slice(4), url.searchParams);
    if (method === 'POST' && path === '/organizations') return this.#create(me, request.body);
    if (method === 'POST' && path === '/workspaces') return this.#createWorkspace(me, request.body);
    return this.#inPlace(method, path.split('/').slice(1).map(decodeURIComponent), me, request, url.searchParams);
  }

  organization(id: string): Organization {
    return { ...place(id, this.names[id] ?? id), member_count: this.#count(id), enforce_mfa: false, auto_assigned_workspace_id: '' };
  }

  workspace(id: string): Workspace {
    const organization_id = this.server.workspaces[id] ?? '';
    const organization = this.organization(organization_id);
    return { ...place(id, this.names[id] ?? id), organization_id, organization, member_count: this.#count(id), enforce_2fa: false };
  }

  organizationMemberships(me: string): OrganizationMembership[] {
    return this.#placesOf(me, 'org_').map((id) => ({
      ...this.#membership(id, me),
      organization: this.organization(id),
      organization_id: id,
    }));
  }

  workspaceMemberships(me: string): WorkspaceMembership[] {
    return this.#placesOf(me, 'wsp_').map((id) => ({
      ...this.#membership(id, me),
      roles: [],
      workspace: this.workspace(id),
      workspace_id: id,
      organization: this.organization(this.server.workspaces[id] ?? ''),
      organization_id: this.server.workspaces[id] ?? '',
      ...(this.members[id]?.[me] && { roles: [{ ...role(this.members[id]?.[me] ?? []), workspace_id: null }] }),
    }));
  }

  #count(id: string): number {
    return Object.keys(this.members[id] ?? {}).length;
  }

  #placesOf(me: string, kind: string): string[] {
    return Object.keys(this.members).filter((id) => id.startsWith(kind) && this.members[id]?.[me]);
  }

  #membership(id: string, me: string) {
    return {
      id: `mem_${id}`,
      user_id: me,
      roles: [role(this.members[id]?.[me] ?? [])],
      public_metadata: {},
      created_at: NOW,
      updated_at: NOW,
      eligibility_restriction: { type: 'none', message: '' },
    };
  }

  #create(me: string, { name = '' }: Recorded['body']): Reply {
    if (!name) return { status: 400, code: 'REQUIRED_FIELD' };
    const id = `org_made${(this.#made += 1)}`;
    this.members[id] = { [me]: ['organization:admin'] };
    this.names[id] = name;
    this.server.scope(id, null);
    return { data: { organization: this.organization(id), membership: this.organizationMemberships(me).at(-1) } };
  }

  #createWorkspace(me: string, { name = '', organization_id = '' }: Recorded['body']): Reply {
    if (!this.members[organization_id]?.[me]) return NOT_FOUND;
    const id = `wsp_made${(this.#made += 1)}`;
    this.server.workspaces = { ...this.server.workspaces, [id]: organization_id };
    this.members[id] = { [me]: ['workspace:admin'] };
    this.names[id] = name;
    this.server.scope(organization_id, id);
    return { data: { workspace: this.workspace(id), membership: this.workspaceMemberships(me).at(-1) } };
  }

  #inPlace(method: string, [, id = '', what = '', ...rest]: string[], me: string, { body }: Recorded, query: URLSearchParams): Reply {
    if (what === 'join') return this.#join(id, me);
    const members = this.members[id];
    if (!members?.[me]) return NOT_FOUND;
    if (method === 'GET') return this.#read(id, what, query);
    if (what === 'update') this.names[id] = body['name'] ?? this.names[id] ?? id;
    if (what === 'update') return { data: this.organization(id) };
    if (what === 'leave' || what === 'delete') return this.#end(id, what === 'leave' ? me : undefined);
    if (what === 'members') return this.#changeMember(id, rest);
    if (what === 'roles') return this.#change(this.roles, id, rest, body['name'], ownRole);
    if (what === 'invitations') return this.#change(this.invited, id, rest, body['email'], invitation);
    if (what === 'domains') return this.#change(this.domains, id, rest, body['domain'], domain);
    return { status: 404, code: 'not_found' };
  }

  #read(id: string, what: string, query: URLSearchParams): Reply {
    if (what === 'members') return this.#page(id, query);
    if (what === 'roles') return { data: [role(['organization:admin']), ...(this.roles[id] ?? []).map(ownRole)] };
    if (what === 'invitations') return { data: this.#invitations(id, query) };
    if (what === 'domains') return { data: (this.domains[id] ?? []).map((fqdn) => ({ ...domain(fqdn), ...this.domainFacts[fqdn] })) };
    return { status: 404, code: 'not_found' };
  }

  /** The newest first, so many from that one on. */
  #invitations(id: string, query: URLSearchParams): object[] {
    const all = [...(this.invited[id] ?? [])].reverse().map(invitation);
    const from = all.findIndex((one) => one.id === query.get('cursor')) + 1;
    return all.slice(from, from + Number(query.get('limit') ?? 100));
  }

  #page(id: string, query: URLSearchParams): Reply {
    const search = query.get('search') ?? '';
    const all = Object.keys(this.members[id] ?? {}).filter((one) => one.startsWith(`usr_${search}`));
    const [from, limit] = [Number(query.get('cursor') ?? 0), Number(query.get('limit') ?? 20)];
    const data = all.slice(from, from + limit).map((one) => ({ id: `mem_${id}_${one}`, user: user(one.slice(4)), roles: [role(this.members[id]?.[one] ?? [])] }));
    const has_more = from + limit < all.length;
    return { data: { data, meta: { total: all.length, page: 0, limit, has_more, next_cursor: has_more ? String(from + limit) : null } } };
  }

  #join(id: string, me: string): Reply {
    this.members = { ...this.members, [id]: { ...this.members[id], [me]: ['organization:member'] } };
    this.suggested = [];
    return { data: this.organizationMemberships(me).at(-1) };
  }

  #changeMember(id: string, [membership = '', what = '', roleId = '', how = '']: string[]): Reply {
    const one = membership.slice(`mem_${id}_`.length);
    const { [one]: permissions, ...others } = this.members[id] ?? {};
    if (!permissions) return { status: 404, code: 'membership_not_found' };
    if (what === 'remove') this.members[id] = others;
    else this.members[id] = { ...others, [one]: how === 'add' ? [...permissions, roleId.slice(4)] : permissions.filter((of) => of !== roleId.slice(4)) };
    return { data: { id: membership } };
  }

  #change(lists: Record<string, string[]>, id: string, [of = '', how = '']: string[], added: string | undefined, made: (text: string) => object): Reply {
    const all = lists[id] ?? [];
    if (!of && added) {
      lists[id] = [...all, added];
      return { data: made(added) };
    }
    if (!['resend', 'verify'].includes(how)) lists[id] = all.filter((text) => text !== of.slice(4));
    return { data: made(of.slice(4)) };
  }

  /** Ends one membership, or the place. */
  #end(id: string, me: string | undefined): Reply {
    const { [me ?? '']: _, ...others } = this.members[id] ?? {};
    this.members[id] = me ? others : {};
    const { active_organization_membership_id: organization, active_workspace_membership_id: workspace } = this.server.session.active_signin ?? {};
    if (organization === `mem_${id}`) this.server.scope(null, null);
    else if (workspace === `mem_${id}`) this.server.scope(organization?.slice(4) ?? null, null);
    return { data: { id } };
  }

  #notifications(path: string, me: string, here: string | undefined, query: URLSearchParams): Reply {
    const [, , id = '', how = ''] = path.split('/');
    const [channel, severity] = [query.get('channels'), query.get('severity')];
    const mine = this.inbox
      .filter((one) => one.user_id === me && (channel !== 'organization' || one.organization_id === here))
      .filter((one) => !severity || one.severity === severity);
    if (!id) return { data: { notifications: mine, has_more: false, next_cursor: null } };
    const count = mine.filter(({ is_read }) => !is_read).length;
    if (id === 'scope-unread') return { data: { count, places: count ? [{ organization_id: null, workspace_id: null, count }] : [] } };
    const isMeant = (one: FakeNotification): boolean => one.user_id === me && (one.id === id || id.startsWith('mark-all'));
    if (how === 'archive') this.inbox = this.inbox.filter((one) => !isMeant(one));
    else this.inbox = this.inbox.map((one) => (isMeant(one) ? { ...one, is_read: how !== 'unread' } : one));
    return { data: { id } };
  }

  #validate(token: string): Reply {
    const link = this.links[token];
    if (!link) return { data: { valid: false, error_code: 'INVITATION_INVALID', message: 'There is none.' } };
    return { data: { valid: true, email: `${link.user.slice(4)}@example.com`, organization: { id: link.organization, name: link.organization, image_url: '' }, message: '' } };
  }

  #accept(token: string): Reply {
    const link = this.links[token];
    if (!link) return { data: { error_code: 'INVITATION_INVALID', message: 'There is none.' } };
    const found = this.server.session.signins.find(({ user_id }) => user_id === link.user);
    const invited_email = `${link.user.slice(4)}@example.com`;
    if (!found) return { data: { requires_signin: true, invited_email, message: 'Sign in.' } };
    this.members[link.organization] = { ...this.members[link.organization], [link.user]: ['organization:member'] };
    this.server.change({ active_signin: found });
    this.server.scope(link.organization, null);
    delete this.links[token];
    return { data: { organization: this.organization(link.organization), signin_id: found.id, session: this.server.session } };
  }
}

function role(permissions: readonly string[]): OrganizationRole {
  return { id: 'rol_1', organization_id: null, name: 'Role', permissions: [...permissions], is_deployment_level: true, created_at: NOW, updated_at: NOW };
}

function ownRole(name: string): OrganizationRole {
  return { ...role([]), id: `rol_${name}`, name, is_deployment_level: false };
}

function domain(fqdn: string) {
  return { id: `dom_${fqdn}`, fqdn, verified: false, missing_since: null, join_mode: 'suggestion' };
}

/** Of an address that begins with `late` it has expired, of one with `lone` nobody is there who sent it. */
function invitation(email: string) {
  const inviter = email.startsWith('lone') ? null : {};
  return { id: `inv_${email}`, email, expired: email.startsWith('late'), inviter, initial_organization_role: null, initial_workspace_role: null };
}

function place(id: string, name: string) {
  return {
    id,
    name,
    slug: id,
    description: '',
    image_url: '',
    public_metadata: {},
    enable_ip_restriction: false,
    whitelisted_ips: [],
    created_at: NOW,
    updated_at: NOW,
    segments: [],
  };
}
