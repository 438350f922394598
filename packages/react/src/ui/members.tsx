import { type ReactElement, useDeferredValue, useState } from 'react';
import type { MemberMethods } from '../places.js';
import type { PublicUserData } from '../types.gen.js';
import type { UseOrganizationMembers, UseWorkspaceMembers } from '../use-members.js';
import { Field, Picture, Select, Wait } from './parts.js';
import { useRun } from './use-run.js';
import { useWords } from './words.js';

interface Role {
  readonly id: string;
  readonly name: string;
}

interface MembersProps {
  /** The hook of the one or the other kind of place. */
  readonly useMembers: (search: string) => UseOrganizationMembers | UseWorkspaceMembers;

  /** What can be given; undefined until it is known. */
  readonly roles: readonly Role[] | undefined;

  /** Whether the account may change anything here. */
  readonly mayManage: boolean;
}

/** The members of a place: found by search, more and more of them, with their roles. */
export function Members({ useMembers, roles = [], mayManage }: MembersProps): ReactElement {
  const words = useWords();
  const [search, setSearch] = useState('');
  const hook = useMembers(useDeferredValue(search.trim()));
  return (
    <>
      <Field label={words.search} type="search" value={search} onChange={({ target }) => setSearch(target.value)} isOptional={false} />
      {hook.loading ? (
        <Wait error={hook.error} refetch={hook.refetch} />
      ) : (
        <>
          <p className="kr-quiet" role="status">
            {hook.total === 0 ? words.noMembers : words.membersFound(hook.total)}
          </p>
          <ul className="kr-list" aria-label={words.members} aria-busy={hook.isSearching}>
            {hook.members.map(({ id, user, roles: own }) => (
              <Member key={id} id={id} user={user} own={own} roles={roles} methods={mayManage ? hook : undefined} />
            ))}
          </ul>
          {hook.hasMore && (
            <button type="button" className="kr-button" onClick={() => void hook.fetchMore()}>
              {words.more}
            </button>
          )}
        </>
      )}
    </>
  );
}

interface MemberProps {
  readonly id: string;
  readonly user: PublicUserData;
  readonly own: readonly Role[];
  readonly roles: readonly Role[];

  /** Undefined where nothing may be changed. */
  readonly methods: MemberMethods | undefined;
}

function Member({ id, user, own, roles, methods }: MemberProps): ReactElement {
  const words = useWords();
  const run = useRun();
  const [isSure, setSure] = useState(false);
  const email = user.primary_email_address?.email ?? '';
  const name = `${user.first_name} ${user.last_name}`.trim() || user.username || email;
  const [first] = own;

  /** The new one before the old one goes: nobody is without a role in between. */
  async function change(methodsOf: MemberMethods, to: string): Promise<void> {
    await methodsOf.addRole(id, to);
    for (const role of own) if (role.id !== to) await methodsOf.removeRole(id, role.id);
  }

  return (
    <li className="kr-row">
      <Picture url={user.profile_picture_url} name={name} />
      <span className="kr-two">
        <span>{name}</span>{' '}
        <span className="kr-quiet">{email !== name && email}</span>
      </span>
      {methods ? (
        <Select
          label={words.roleOf(name)}
          isQuiet
          value={first?.id ?? ''}
          isBusy={run.isBusy}
          options={first ? withOwn(roles, first) : [{ id: '', name: '–' }, ...roles]}
          onChange={(to) => void run.run(() => change(methods, to))}
        />
      ) : (
        <span className="kr-quiet">{own.map((role) => role.name).join(', ')}</span>
      )}
      {methods && (
        <button
          type="button"
          className="kr-button"
          aria-label={isSure ? words.sure(words.removeMember(name)) : words.removeMember(name)}
          onBlur={() => setSure(false)}
          onClick={() => (isSure ? void run.run(() => methods.removeMember(id)) : setSure(true))}
        >
          {isSure ? words.yes : '×'}
        </button>
      )}
      <span role="alert" className="kr-error">
        {run.error?.message}
      </span>
    </li>
  );
}

/** A member may have a role that is none of those that can be given, or one that is not read yet. */
function withOwn(roles: readonly Role[], own: Role): readonly Role[] {
  return roles.some(({ id }) => id === own.id) ? roles : [own, ...roles];
}
