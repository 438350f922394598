/** The ready components, as somebody with a keyboard and a screen reader meets them. */
import { useSession } from '@keyrack/react';
import {
  AcceptInvite,
  CreateOrganizationForm,
  NotificationBell,
  OrganizationSwitcher,
  RequireActiveScope,
  UiWordsProvider,
} from '@keyrack/react/ui';
import { act, fireEvent, screen, within } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, test } from 'vitest';
import { FakeServer } from './fake-server.js';
import { session } from './fixtures.js';
import { outcome, pass } from './harness.js';
import { show, twoAccounts } from './teams.js';

const button = (name: RegExp | string): HTMLElement => screen.getByRole('button', { name });

async function click(element: HTMLElement): Promise<void> {
  await act(async () => void fireEvent.pointerDown(element));
  await act(async () => fireEvent.click(element));
  await pass();
}

async function press(key: string): Promise<void> {
  await act(async () => void fireEvent.keyDown(document.activeElement as Element, { key }));
}

async function type(label: string | RegExp, value: string): Promise<void> {
  await act(async () => void fireEvent.change(screen.getByLabelText(label), { target: { value } }));
}

/** What the lists on the page say, by their names. */
function lists(): Record<string, string[]> {
  return Object.fromEntries(
    screen.getAllByRole('list').map((list) => [
      list.getAttribute('aria-label'),
      within(list)
        .getAllByRole('listitem')
        .map((item) => `${item.querySelector('[aria-current]') ? '*' : ''}${item.querySelector('.kr-two > :first-child')?.textContent ?? item.textContent}`),
    ]),
  );
}

/** A page with a way to switch the account that is no component of ours. */
function WithSwitch({ children }: { readonly children: ReactNode }) {
  const { switchSignIn } = useSession();
  return (
    <>
      <button onClick={() => switchSignIn?.('sin_bob')}>elsewhere</button>
      {children}
    </>
  );
}

test('the switcher shows where the account acts, and all other places, and changes to one of them', async () => {
  const server = twoAccounts();
  server.scope('org_a', null);
  await show(<OrganizationSwitcher />);
  const opener = button(/Change account or organization: org_a, ada/);
  expect(opener.getAttribute('aria-expanded')).toBe('false');
  await click(opener);
  expect(lists()).toEqual({
    Accounts: ['*ada', 'bob'],
    Organizations: ['Personal', '*org_a', 'org_b'],
    Workspaces: ['wsp_a'],
  });
  await click(button(/^wsp_a/));
  expect(screen.queryByRole('list')).toBeNull();
  expect(document.activeElement).toBe(button(/org_a \/ wsp_a, ada/));
  await click(button(/org_a \/ wsp_a/));
  await click(button(/^bob/));
  await click(button(/: Personal, bob/));
  expect(lists()).toEqual({ Accounts: ['ada', '*bob'], Organizations: ['*Personal', 'org_b', 'org_c'] });
});

test('the switcher is closed by Escape, by a click elsewhere and by the focus elsewhere', async () => {
  twoAccounts();
  await show(
    <WithSwitch>
      <OrganizationSwitcher />
    </WithSwitch>,
  );
  const opener = button(/Change account/);
  await click(opener);
  await act(async () => button(/^Create organization/).focus());
  await press('Escape');
  expect(screen.queryByRole('group')).toBeNull();
  expect(document.activeElement).toBe(opener);
  await click(opener);
  await act(async () => void fireEvent.pointerDown(document.body));
  expect(screen.queryByRole('group')).toBeNull();
  await click(opener);
  await act(async () => opener.focus());
  await act(async () => button('elsewhere').focus());
  expect(screen.queryByRole('group')).toBeNull();
});

test('the arrow keys go through the switcher, round and round', async () => {
  twoAccounts();
  await show(<OrganizationSwitcher canCreate={false} />);
  const opener = button(/Change account/);
  await act(async () => opener.focus());
  await click(opener);
  const seen: (string | null)[] = [];
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp', 'ArrowUp', 'ArrowUp']) {
    await press(key);
    seen.push(document.activeElement?.textContent ?? null);
  }
  expect(seen.map((text) => text?.match(/ada|bob|org_b/)?.at(-1))).toEqual(['ada', 'bob', 'ada', 'ada', 'org_b']);
});

test('an organization that cannot be chosen says why and is not switched to', async () => {
  const server = twoAccounts();
  server.once('GET', '/me/organization-memberships', (_, usual) => {
    const [first, ...others] = usual().data as object[];
    return { data: [{ ...first, eligibility_restriction: { type: 'mfa_required', message: 'It wants a second factor.' } }, ...others] };
  });
  await show(<OrganizationSwitcher />);
  await click(button(/Change account/));
  const choice = button(/org_a It wants a second factor/);
  expect(choice.getAttribute('aria-disabled')).toBe('true');
  await click(choice);
  expect(server.count('POST')).toBe(0);
});

test('a refused switch is said aloud, and the panel stays', async () => {
  const server = twoAccounts();
  await show(<OrganizationSwitcher />);
  await click(button(/Change account/));
  server.refuse('POST', '/session/switch-organization', 403, 'address_not_allowed');
  await click(button(/^org_b/));
  expect(screen.getByRole('alert').textContent).toBe('Refused: address_not_allowed');
  expect(lists()['Organizations']).toEqual(['*Personal', 'org_a', 'org_b']);
});

test('invitations stand in the switcher as the inbox tells of them', async () => {
  const server = twoAccounts();
  server.teams.inbox = [{ id: 'not_9', user_id: 'usr_ada', title: 'Invitation to Rome', organization_id: null, is_read: false, kind: 'invitation_received', body: 'See your mail.' } as never];
  await show(<OrganizationSwitcher />);
  await click(button(/Change account/));
  expect(lists()['Invitations']).toEqual(['Invitation to Rome See your mail.']);
});

test('an organization that is suggested is joined by a click, and the account stays where it acts', async () => {
  const server = twoAccounts();
  server.teams.suggested = [{ organization_id: 'org_c', name: 'org_c', image_url: '', domain: 'example.com' }];
  await show(<OrganizationSwitcher />);
  await click(button(/Change account/));
  await click(button('Join org_c'));
  await click(button(/: Personal, ada/));
  expect(lists()['Organizations']).toEqual(['*Personal', 'org_a', 'org_b', 'org_c']);
  expect(lists()['You may join']).toBeUndefined();
});

test('nobody signed in has nothing to switch and no bell', async () => {
  new FakeServer(session([]));
  const { container } = await show([<OrganizationSwitcher key="a" />, <NotificationBell key="b" />]);
  expect(container.textContent).toBe('');
});

test('an organization is made from the switcher, and the focus is where one types', async () => {
  const server = twoAccounts();
  await show(<OrganizationSwitcher />);
  await click(button(/Change account/));
  await click(button('Create organization'));
  expect(document.activeElement).toBe(screen.getByLabelText('Name'));
  await type('Name', 'Rome');
  await act(async () => void fireEvent.submit(screen.getByRole('form')));
  await pass();
  expect(document.activeElement).toBe(button(/: Rome, ada/));
  expect(server.requests.find(({ path }) => path === '/organizations')?.body).toEqual({ name: 'Rome' });
});

test('a form says what was refused, keeps what was typed, and puts the focus there', async () => {
  const server = twoAccounts();
  const made: string[] = [];
  await show(<CreateOrganizationForm onCreated={({ organization }) => made.push(organization.name)} />);
  await type('Name', 'Rome');
  server.refuse('POST', '/organizations', 400, 'too_many_organizations');
  await act(async () => void fireEvent.submit(screen.getByRole('form')));
  await pass();
  expect(screen.getByRole('alert').textContent).toBe('Refused: too_many_organizations');
  const field = screen.getByLabelText('Name');
  expect(document.activeElement).toBe(field);
  expect(field).toMatchObject({ value: 'Rome' });
  expect(field.getAttribute('aria-invalid')).toBe('true');
  const slow = server.hold('POST', '/organizations');
  await act(async () => void fireEvent.submit(screen.getByRole('form')));
  await act(async () => void fireEvent.submit(screen.getByRole('form')));
  expect(button('Create organization').getAttribute('aria-busy')).toBe('true');
  slow.release();
  await pass();
  expect(made).toEqual(['Rome']);
  expect(server.count('POST /organizations')).toBe(2);
});

test('an invitation is shown, and accepted by a click alone', async () => {
  const server = twoAccounts();
  server.teams.links = { secret: { organization: 'org_c', user: 'usr_ada' } };
  const done: unknown[] = [];
  await show(<AcceptInvite token="secret" onAccepted={({ organization }) => done.push(organization?.id)} />);
  expect(screen.getByText('org_c')).toBeTruthy();
  expect(server.count('POST /organizations')).toBe(0);
  await click(button('Accept'));
  expect(screen.getByRole('status').textContent).toBe('You are a member of org_c.');
  expect(done).toEqual(['org_c']);
});

test('an invitation for somebody else says who must sign in and leads there; one that is none says so', async () => {
  const server = twoAccounts();
  server.teams.links = { secret: { organization: 'org_c', user: 'usr_eve' } };
  const page = await show(<AcceptInvite token="secret" signInUrl={(email) => `/sign-in?email=${email}`} />);
  await click(button('Accept'));
  expect(screen.getByRole('link', { name: /eve@example.com/ }).getAttribute('href')).toBe('/sign-in?email=eve@example.com');
  page.unmount();
  await show(<AcceptInvite token="unknown" />);
  expect(screen.getByRole('alert').textContent).toBe('There is none.');
  expect(screen.queryByRole('button')).toBeNull();
});

test('the bell says how much is new, and its inbox can be read and emptied', async () => {
  const server = twoAccounts();
  await show(
    <WithSwitch>
      <NotificationBell channel="all" />
    </WithSwitch>,
  );
  await click(button('Notifications, 2 unread'));
  expect(screen.getAllByRole('listitem').map((item) => item.querySelector('strong')?.textContent)).toEqual(['for ada', 'for ada in a']);
  await click(button('Mark as read: for ada'));
  await click(button('Archive: for ada in a'));
  expect(screen.getAllByRole('listitem')).toHaveLength(1);
  expect(button('Notifications')).toBeTruthy();
  server.teams.inbox = [];
  await click(button('elsewhere'));
  expect(button('Notifications')).toBeTruthy();
});

test('H22 an open bell never shows one account’s inbox under another', async () => {
  twoAccounts();
  await show(
    <WithSwitch>
      <NotificationBell channel="all" />
    </WithSwitch>,
  );
  await click(button('Notifications, 2 unread'));
  const seen: string[] = [];
  const watch = new MutationObserver(() => seen.push(document.body.textContent ?? ''));
  watch.observe(document.body, { childList: true, subtree: true, characterData: true });
  await act(async () => fireEvent.click(button('elsewhere')));
  await pass();
  watch.disconnect();
  expect(seen.at(-1)).toContain('for bob');
  expect(seen.filter((text) => text.includes('for ada') && text.includes('for bob'))).toEqual([]);
});

test('a part that needs an organization lets one choose it first, and shows itself in it', async () => {
  const server = twoAccounts();
  const { container } = await show(
    <RequireActiveScope>
      <b>inside</b>
    </RequireActiveScope>,
  );
  expect(lists()).toEqual({ 'Choose an organization': ['org_a', 'org_b'] });
  await click(button(/^org_a|org_a$/));
  expect(container.textContent).toBe('inside');
  await act(async () => server.push({}));
  await pass(200);
  expect(container.textContent).toBe('inside');
});

test('a part that needs a workspace asks for that, or shows what the application says', async () => {
  const server = twoAccounts();
  server.scope('org_a', null);
  const { container, unmount } = await show(<RequireActiveScope workspace>inside</RequireActiveScope>);
  await click(button(/wsp_a/));
  expect(container.textContent).toBe('inside');
  unmount();
  await outcome(Promise.resolve());
  server.scope('org_b', null);
  const { container: other } = await show(
    <RequireActiveScope workspace fallback="elsewhere">
      inside
    </RequireActiveScope>,
  );
  expect(other.textContent).toBe('elsewhere');
});

test('all of it can be said in other words', async () => {
  twoAccounts();
  await show(
    <UiWordsProvider words={{ personal: 'Für mich', changeScope: 'Wechseln' }}>
      <OrganizationSwitcher />
    </UiWordsProvider>,
  );
  expect(button('Wechseln: Für mich, ada')).toBeTruthy();
});
