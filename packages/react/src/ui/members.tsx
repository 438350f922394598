import { type ReactElement, useEffect, useState } from 'react';
import type { MemberMethods } from '../places.js';
import type { PublicUserData } from '../types.gen.js';
import type { UseOrganizationMembers, UseWorkspaceMembers } from '../use-members.js';
import { Sure } from './buttons.js';
import { List, More } from './list.js';
import { Wait } from './frame.js';
import { Field, Picture, Select } from './parts.js';
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
  const hook = useMembers(useSettled(search.trim()));
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
          <List label={words.members} isBusy={hook.isSearching}>
            {hook.members.map(({ id, user, roles: own }) => (
              <Member key={id} id={id} user={user} own={own} roles={roles} methods={mayManage ? hook : undefined} />
            ))}
          </List>
          <More hasMore={hook.hasMore} fetchMore={hook.fetchMore} error={hook.error} />
        </>
      )}
    </>
  );
}

/** So long nobody types before a search begins. */
const PAUSE_MS = 250;

/** The text, once nobody types any more: not every letter is a request. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
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
  const email = user.primary_email_address?.email ?? '';
  const name = `${user.first_name} ${user.last_name}`.trim() || user.username || email;
  const current = roleOf(own);

  /** The new one before the old one goes: nobody is without a role in between. */
  async function change(methodsOf: MemberMethods, to: string): Promise<void> {
    if (!own.some((role) => role.id === to)) await methodsOf.addRole(id, to);
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
          value={current.id}
          isBusy={run.isBusy}
          options={roles.some((role) => role.id === current.id) ? roles : [current, ...roles]}
          onChange={(to) => void run.run(() => change(methods, to))}
        />
      ) : (
        <span className="kr-quiet">{current.name}</span>
      )}
      {methods && (
        <Sure label={words.removeMember(name)} isBusy={run.isBusy} onPress={() => void run.run(() => methods.removeMember(id))}>
          ×
        </Sure>
      )}
      <span role="alert" className="kr-error">
        {run.error?.message}
      </span>
    </li>
  );
}

/** What a member is: one role, several, which another one replaces, or one that cannot be given or is not read yet. */
function roleOf(own: readonly Role[]): Role {
  const [first, ...others] = own;
  if (first && others.length === 0) return first;
  return { id: '', name: own.map(({ name }) => name).join(', ') || '–' };
}
