/** The team page of the demo in every framework: who is in an organization, who is invited, and what people are told. */
import type { Request } from '@playwright/test';
import { FRAMEWORKS, served, test } from './frameworks.js';
import { Demo, expect, somebody } from './keyrack.js';
import { Server } from './server.js';
import { gate } from './site.js';
import { elsewhere, member, TeamPage } from './team-page.js';

/** People whom nobody has ever seen. */
async function crowd({ server }: Demo, organization: string, size: number): Promise<void> {
  const come = async (number: number): Promise<void> => {
    const { email } = somebody(`Guest${number}`);
    await server.operate('user', 'create', '--email', email, '--first-name', `Guest${number}`, '--no-password');
    await server.operate('organization', 'add', organization, email);
  };
  for (let from = 0; from < size; from += 4) {
    await Promise.all(Array.from({ length: Math.min(4, size - from) }, (_, at) => come(from + at)));
  }
}

/** Every text that stands on the page from now on. */
async function seenOn({ page }: TeamPage): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(globalThis, { seen });
    const look = (): unknown => seen.push(document.body.innerText);
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  return () => page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);
}

for (const { name, path } of FRAMEWORKS) {
  test.describe(`the team page in ${name}`, () => {
    test.use({ demo: async ({ demo }, use) => use(new Demo(demo.page, demo.server, path)) });

    test('members are listed, found, and given another role, which the server knows', async ({ demo, browser }) => {
      const [ada, bob, team] = [somebody('Ada'), somebody('Bob'), new TeamPage(demo)];
      await team.arrive(ada);
      const rome = await team.founds('Rome');
      await member(browser, demo, bob, [rome, 'Rome']);
      await team.open();
      await expect(team.tab('Members')).toHaveAttribute('aria-selected', 'true');
      await expect(team.page.getByText('2 members', { exact: true })).toBeVisible();
      await expect(team.member(ada)).toContainText('Ada Byron');
      await expect(team.member(bob)).toContainText('Bob Byron');

      await team.search.fill('bo');
      await expect(team.page.getByText('1 member', { exact: true })).toBeVisible();
      await expect(team.members.getByRole('listitem')).toHaveCount(1);
      await expect(team.member(bob)).toBeVisible();
      await team.search.fill('nobody here');
      await expect(team.page.getByText('Nobody was found.')).toBeVisible();
      await team.search.fill('');
      await expect(team.members.getByRole('listitem')).toHaveCount(2);

      await expect(team.roleOf(bob).locator('option:checked')).toHaveText('Member');
      await team.roleOf(bob).selectOption('Admin');
      await expect(team.roleOf(bob).locator('option:checked')).toHaveText('Admin');
      await expect.poll(() => team.rolesOnServer(rome)).toEqual({ [ada.email]: ['Admin'], [bob.email]: ['Admin'] });
      await team.page.reload();
      await expect(team.roleOf(bob).locator('option:checked')).toHaveText('Admin');
    });

    test('what the server refuses is said, and what is not so is not shown', async ({ demo }) => {
      const [ada, team] = [somebody('Ada'), new TeamPage(demo)];
      await team.arrive(ada);
      const rome = await team.founds('Rome');
      await team.roleOf(ada).selectOption('Member');
      await expect(team.member(ada).getByRole('alert')).toContainText('administrator');
      await expect(team.roleOf(ada).locator('option:checked')).not.toHaveText('Member');
      await team.removal(ada).first.click();
      await team.removal(ada).second.click();
      await expect(team.member(ada).getByRole('alert')).toContainText('administrator');
      expect(Object.keys(await team.rolesOnServer(rome))).toEqual([ada.email]);
      await team.tab('Invitations').click();
      await team.invite('Rome', 'nobody@example');
      const form = team.page.getByRole('form', { name: 'Invite: Rome' });
      await expect(form.getByRole('alert')).toContainText('address');
      await expect(form.getByLabel('Email address')).toBeFocused();
      await expect(form.getByLabel('Email address')).toHaveAttribute('aria-invalid', 'true');
    });

    test('whoever is removed is asked about first, and acts there no more', async ({ demo, browser }) => {
      const [ada, bob, team] = [somebody('Ada'), somebody('Bob'), new TeamPage(demo)];
      await team.arrive(ada);
      const rome = await team.founds('Rome');
      const other = await member(browser, demo, bob, [rome, 'Rome']);
      await expect(other.member(ada)).toBeVisible();
      await team.open();
      await team.removal(bob).first.focus();
      await team.page.keyboard.press('Enter');
      await expect(team.removal(bob).second).toHaveText('Sure?');
      await team.search.focus();
      await expect(team.removal(bob).first).toBeVisible();
      expect(Object.keys(await team.rolesOnServer(rome))).toHaveLength(2);

      await team.removal(bob).first.focus();
      await team.page.keyboard.press('Enter');
      await team.page.keyboard.press('Enter');
      await expect(team.member(bob)).toHaveCount(0);
      await expect(team.members).toBeFocused();
      expect(Object.keys(await team.rolesOnServer(rome))).toEqual([ada.email]);
      await expect(other.switcher).toContainText('Personal');
      await expect(other.members).toHaveCount(0);
      await expect(other.page.getByText('Rome')).toHaveCount(0);
    });

    test('of many members more are shown by a button', async ({ demo }) => {
      const team = new TeamPage(demo);
      await team.arrive(somebody('Ada'));
      const rome = await team.founds('Rome');
      await crowd(demo, rome, 23);
      await team.open();
      await expect(team.page.getByText('24 members', { exact: true })).toBeVisible();
      await expect(team.members.getByRole('listitem')).toHaveCount(20);
      const more = team.page.getByRole('button', { name: 'Show more' });
      await more.focus();
      await team.page.keyboard.press('Enter');
      await expect(team.members.getByRole('listitem')).toHaveCount(24);
      await expect(more).toHaveCount(0);
      await expect(team.page.getByText('That is all.')).toBeFocused();
      await team.search.fill('guest7');
      await expect(team.members.getByRole('listitem')).toHaveCount(1);
    });

    test('somebody is invited, by mail, once more, and not any more', async ({ demo, mode }) => {
      // It mails nobody twice within a minute.
      const server = await Server.start(mode, ...served(), '--virtual-clock');
      const [bob, team] = [somebody('Bob'), new TeamPage(new Demo(demo.page, server, path))];
      await team.arrive(somebody('Ada'));
      await team.founds('Rome');
      await team.tab('Members').press('ArrowRight');
      await expect(team.tab('Invitations')).toBeFocused();
      await expect(team.page.getByText('Nobody is invited.')).toBeVisible();
      await team.invite('Rome', bob.email, 'Admin');
      const form = team.page.getByRole('form', { name: 'Invite: Rome' });
      await expect(form.getByRole('status')).toHaveText(`${bob.email} was invited.`);
      await expect(form.getByLabel('Email address')).toHaveValue('');
      await expect(form.getByLabel('Role').locator('option:checked')).toHaveText('Admin');
      const invitation = team.invitations.getByRole('listitem').filter({ hasText: bob.email });
      await expect(invitation).toContainText('Admin');
      const link = await server.newestLink(bob.email);
      expect(link).toContain('token=');

      const again = invitation.getByRole('button', { name: `Send the invitation of ${bob.email} again` });
      await again.click();
      await expect(invitation.getByRole('alert')).toContainText('Too many tries');
      await server.advance(61_000);
      await again.click();
      await expect(invitation.getByRole('status')).toHaveText('Sent again.');
      await expect.poll(() => server.newestLink(bob.email)).not.toBe(link);

      const withdraw = `Withdraw the invitation of ${bob.email}`;
      await invitation.getByRole('button', { name: withdraw, exact: true }).click();
      await invitation.getByRole('button', { name: `${withdraw}: are you sure?`, exact: true }).click();
      await expect(invitation).toHaveCount(0);
      await expect(team.invitations).toBeFocused();
      await expect(team.page.getByText('Nobody is invited.')).toBeVisible();
      await server.remove();
    });

    test('a member who may change nothing sees who is there, and no more', async ({ demo, browser }) => {
      const [ada, bob, team] = [somebody('Ada'), somebody('Bob'), new TeamPage(demo)];
      await team.arrive(ada);
      const rome = await team.founds('Rome');
      const other = await member(browser, demo, bob, [rome, 'Rome']);
      await expect(other.member(ada)).toContainText('Admin');
      await expect(other.member(bob)).toContainText('Member');
      await expect(other.page.getByRole('combobox')).toHaveCount(0);
      await expect(other.members.getByRole('button')).toHaveCount(0);
      await expect(other.tab('Invitations')).toHaveCount(0);
      // What somebody may is known a moment after they may it.
      await team.open();
      await team.roleOf(bob).selectOption('Admin');
      await expect(other.roleOf(ada)).toBeVisible();
      await expect(other.tab('Invitations')).toBeVisible();
    });

    test('what somebody is told is counted at once, read, and put away', async ({ demo, browser }) => {
      const [bob, team] = [somebody('Bob'), new TeamPage(demo)];
      await team.arrive(somebody('Ada'));
      const rome = await team.founds('Rome');
      const other = await elsewhere(browser, demo, bob);
      await other.counts(0);
      await team.ask(`/organizations/${rome}/invitations`, { email: bob.email });
      await other.counts(1);
      await other.bell.press('Enter');
      const note = other.inbox.getByRole('list', { name: 'Notifications' }).getByRole('listitem');
      await expect(note).toContainText('Rome');
      await note.getByRole('button', { name: /^Mark as read: / }).click();
      await other.counts(0);
      await expect(note.getByRole('button', { name: /^Mark as read: / })).toHaveCount(0);
      await note.getByRole('button', { name: /^Put away: / }).click();
      await expect(other.inbox.getByText('Nothing new.')).toBeVisible();
      await expect(other.inbox.getByRole('list', { name: 'Notifications' })).toBeFocused();

      const carthage = (await team.ask<{ organization: { id: string } }>('/organizations', { name: 'Carthage' })).organization.id;
      await team.ask(`/organizations/${carthage}/invitations`, { email: bob.email });
      await other.counts(1);
      await expect(note).toContainText('Carthage');
      await other.inbox.getByRole('button', { name: 'Mark all as read' }).click();
      await other.counts(0);
      await expect(other.inbox.getByRole('button', { name: 'Mark all as read' })).toHaveCount(0);
      await other.page.keyboard.press('Escape');
      await expect(other.inbox).toHaveCount(0);
      await expect(other.bell).toBeFocused();
    });

    test('H15 what another tab does to members and notifications shows here', async ({ demo, browser }) => {
      const [ada, bob, team] = [somebody('Ada'), somebody('Bob'), new TeamPage(demo)];
      await team.arrive(ada);
      const rome = await team.founds('Rome');
      await member(browser, demo, bob, [rome, 'Rome']);
      await team.open();
      await expect(team.roleOf(bob).locator('option:checked')).toHaveText('Member');
      const tab = new TeamPage(await demo.anotherTab());
      await tab.open();
      await tab.roleOf(bob).selectOption('Admin');
      await expect(team.roleOf(bob).locator('option:checked')).toHaveText('Admin');
      await tab.removal(bob).first.click();
      await tab.removal(bob).second.click();
      await expect(team.member(bob)).toHaveCount(0);
    });

    test('H22 nothing of one account is shown under another, whoever switches', async ({ demo }) => {
      const [ada, bob, team] = [somebody('Ada'), somebody('Bob'), new TeamPage(demo)];
      await team.arrive(ada);
      await team.founds('Rome');
      await team.arrive(bob);
      await team.founds('Carthage');
      await expect(team.member(bob)).toBeVisible();
      const seen = await seenOn(team);
      const other = await demo.anotherTab();
      for (let round = 0; round < 10; round += 1) {
        await other.page.getByRole('button', { name: round % 2 ? /^Switch to Bob/ : /^Switch to Ada/ }).click();
        await expect(team.switcher).toContainText(round % 2 ? 'Carthage' : 'Rome');
        // Some of what is asked for is answered before the next switch, and some is not.
        if (round % 3 === 0) await expect(team.member(round % 2 ? bob : ada)).toBeVisible();
      }
      const texts = await seen();
      expect(texts.length).toBeGreaterThan(10);
      const mixed = texts.filter((text) => [ada.email, 'Rome'].some((of) => text.includes(of)) && [bob.email, 'Carthage'].some((of) => text.includes(of)));
      expect(mixed).toEqual([]);
    });

    test('H22 the answer to one account, which comes late, is not shown to the next', async ({ demo }) => {
      const [ada, bob, team] = [somebody('Ada'), somebody('Bob'), new TeamPage(demo)];
      const { page } = team;
      await team.arrive(ada);
      await team.founds('Rome');
      await team.arrive(bob);
      const carthage = await team.founds('Carthage');
      const other = await demo.anotherTab();
      const late = gate();
      const [waiting, ended] = [new Set<Request>(), new Set<Request>()];
      const over = (request: Request): unknown => (ended.add(request), waiting.delete(request));
      page.on('requestfinished', over).on('requestfailed', over);
      await page.route(new RegExp(`/organizations/(?!${carthage})[^/]+/members`), async (route) => {
        const response = await route.fetch();
        // The page may have left it meanwhile.
        if (!ended.has(route.request())) waiting.add(route.request());
        await late.until;
        await route.fulfill({ response });
      });
      await other.switchTo(ada);
      await expect(team.switcher).toContainText('Rome');
      await expect.poll(() => waiting.size, 'the server has answered for Rome').toBeGreaterThan(0);
      await other.switchTo(bob);
      await expect(team.member(bob)).toBeVisible();
      const seen = await seenOn(team);
      late.open();
      await expect.poll(() => waiting.size, 'the answers have arrived, or nobody waits for them').toBe(0);
      // What comes of it is drawn by the frame after the next.
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      await expect(team.member(bob)).toBeVisible();
      expect((await seen()).filter((text) => text.includes(ada.email))).toEqual([]);
      await page.unrouteAll({ behavior: 'ignoreErrors' });
    });
  });
}
