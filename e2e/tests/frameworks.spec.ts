/** One suite for the demo in every framework, on pages of one binary. */
import type { Page } from '@playwright/test';
import { isAccessible } from './axe.js';
import { FRAMEWORKS, signOutBesides, test } from './frameworks.js';
import { Demo, expect, somebody } from './keyrack.js';
import { refreshes } from './times.js';

const NARROW = { width: 360, height: 740 };

async function openTeam({ page, server, path }: Demo): Promise<void> {
  await page.goto(`${server.origin}${path}team`);
  await expect(page.getByRole('heading', { name: 'Who acts where' })).toBeVisible();
}

function switcher(page: Page) {
  return page.getByRole('button', { name: /^Change account or organization/ });
}

async function choose(page: Page, list: string, name: string): Promise<void> {
  await switcher(page).click();
  const panel = page.getByRole('group', { name: 'Change account or organization' });
  await panel.getByRole('list', { name: list }).getByRole('button', { name }).click();
  await expect(panel).toHaveCount(0);
}

async function create(page: Page, what: 'organization' | 'workspace', name: string): Promise<void> {
  const label = what === 'workspace' ? 'New workspace' : 'Create organization';
  if (what === 'workspace') await page.getByText(label, { exact: true }).click();
  const form = page.getByRole('form', { name: label });
  await form.getByLabel('Name').fill(name);
  await form.getByRole('button', { name: `Create ${what}` }).click();
}

/** Every state of the page that a person meets, one after another. */
async function visit(demo: Demo, see: (state: string) => Promise<void>): Promise<void> {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  const { page } = demo;
  await demo.open();
  await demo.showsNobody();
  await see('nobody is signed in');
  await demo.fillSignIn(ada.email, 'wrong password');
  await expect(page.getByRole('alert').filter({ hasText: 'Email or password is wrong' })).toBeVisible();
  await expect(page.getByRole('form', { name: 'Sign in' }).getByLabel('Password')).toBeFocused();
  await expect(page.getByRole('form', { name: 'Sign in' }).getByLabel('Password')).toHaveAttribute('aria-invalid', 'true');
  await see('a refused sign-in');
  await demo.beginSignUp(ada);
  await see('the question for the code');
  await demo.verify('12');
  await expect(page.getByRole('alert').filter({ hasText: 'code' })).toBeVisible();
  await see('a wrong code');
  await demo.verify(await demo.server.newestCode(ada.email));
  await demo.shows(ada);
  await see('one account');
  await demo.beginSignUp(bob);
  await demo.verify(await demo.server.newestCode(bob.email));
  await demo.shows(bob);
  await demo.callPrivateApi();
  await see('two accounts and an answer of the private API');
  await openTeam(demo);
  await expect(page.getByRole('form', { name: 'Create organization' })).toBeVisible();
  await see('no organization');
  await create(page, 'organization', 'Rome');
  await expect(switcher(page)).toContainText('Rome');
  await page.getByText('New workspace', { exact: true }).click();
  await see('an organization');
  await switcher(page).click();
  await expect(page.getByRole('list', { name: 'Organizations' })).toContainText('Rome');
  await see('the switcher');
}

for (const { name, path } of FRAMEWORKS) {
  test.describe(`the demo in ${name}`, () => {
    test.use({ demo: async ({ demo }, use) => use(new Demo(demo.page, demo.server, path)) });

    test('two accounts live in one browser, from the first sign-up to the last sign-out', async ({ demo }) => {
      const [ada, bob] = [somebody('Ada'), somebody('Bob')];
      await demo.open();
      await demo.showsNobody();
      await demo.signUp(ada);
      await demo.signUp(bob);
      expect((await demo.hook()).session.signins).toHaveLength(2);

      await demo.switchTo(ada);
      await expect(demo.page.getByRole('status', { name: 'Active account' })).toHaveText(`${ada.email} is active now.`);
      const answer = await demo.callPrivateApi();
      expect(answer.title).toBe('200 OK');
      const { session } = await demo.hook();
      expect(JSON.parse(answer.body)).toMatchObject({ hello: session.active_signin.user.id, signin: session.active_signin.id });
      await demo.switchTo(bob);
      await expect(demo.page.getByRole('status', { name: 'Answer of the private API' })).toHaveText('');

      await demo.signOut(bob);
      await demo.shows(ada);
      await demo.page.reload();
      await demo.shows(ada);
      expect((await demo.hook()).session.signins).toHaveLength(1);

      await demo.signIn(bob);
      await demo.signOutOfAll();
      await demo.page.reload();
      await demo.showsNobody();
      expect((await demo.callPrivateApi()).title).toBe('No answer: no_session');
    });

    test('a sign-up goes on after a reload, and can be set aside', async ({ demo }) => {
      const [ada, bob] = [somebody('Ada'), somebody('Bob')];
      await demo.open();
      await demo.beginSignUp(ada);
      await demo.page.reload();
      await demo.page.getByRole('button', { name: 'Not now' }).click();
      await expect(demo.page.getByRole('tab', { name: 'Create account' })).toBeVisible();
      await demo.page.reload();
      await demo.verify(await demo.server.newestCode(ada.email));
      await demo.shows(ada);
      await demo.page.getByRole('button', { name: 'Add account' }).click();
      await demo.page.getByRole('button', { name: 'Cancel' }).click();
      await expect(demo.page.getByRole('button', { name: 'Add account' })).toBeVisible();
      await demo.signUp(bob);
    });

    test('an organization and a workspace are made, left and chosen again', async ({ demo }) => {
      const { page } = demo;
      const ada = somebody('Ada');
      await openTeam(demo);
      await expect(page.getByText('Nobody is signed in.')).toBeVisible();
      await demo.open();
      await demo.signUp(ada);
      await openTeam(demo);
      await expect(switcher(page)).toContainText('Personal');
      await create(page, 'organization', 'Rome');
      await expect(switcher(page)).toContainText('Rome');
      await create(page, 'workspace', 'Forum');
      await expect(switcher(page)).toContainText('Rome / Forum');
      await choose(page, 'Organizations', 'Personal');
      await expect(switcher(page)).toContainText('Personal');
      await expect(switcher(page)).toBeFocused();
      await choose(page, 'Organizations', 'Rome');
      await expect(switcher(page)).toContainText('Rome');
      await choose(page, 'Workspaces', 'Forum');
      await expect(switcher(page)).toContainText('Rome / Forum');
      await demo.open();
      await demo.shows(ada);
      const { active_signin: active } = (await demo.hook()).session;
      expect([active.active_organization_membership_id, active.active_workspace_membership_id]).not.toContain(null);
    });

    test('H11 a lost network shows what is stale, and signs nobody out', async ({ demo }) => {
      const { page } = demo;
      const ada = somebody('Ada');
      await demo.open();
      await demo.signUp(ada);
      await page.context().setOffline(true);
      // Whoever comes back reads, and meets the network as it is.
      await page.evaluate(() => window.dispatchEvent(new Event('online')));
      await expect(page.getByText('The server does not answer. What you see may be old.')).toBeVisible();
      await demo.shows(ada);
      await expect.poll(() => demo.hook()).toMatchObject({ loading: false, status: 'signed-in', stale: true, error: { code: 'network' } });
      await page.context().setOffline(false);
      await expect(page.getByText('The server does not answer.')).toHaveCount(0);
      await expect.poll(() => demo.hook()).toMatchObject({ status: 'signed-in', stale: false, error: null });
      await demo.shows(ada);
    });

    test('H10 a first load that fails says so, and is tried again', async ({ demo }) => {
      const { page } = demo;
      await page.route(/\/session$/, (route) => route.abort());
      await demo.open();
      await expect(page.getByText('The session could not be read. Trying again…')).toBeVisible();
      await expect.poll(() => demo.hook()).toMatchObject({ loading: true, status: 'failed' });
      const asked = page.waitForRequest(/\/session$/);
      await page.getByRole('button', { name: 'Try now' }).click();
      await asked;
      await page.unroute(/\/session$/);
      await demo.showsNobody();
    });

    test('H15 what one tab does is seen by the other without a request of its own', async ({ demo }) => {
      const [ada, bob] = [somebody('Ada'), somebody('Bob')];
      await demo.open();
      await demo.signUp(ada);
      await demo.signUp(bob);
      const opened = Date.now();
      const other = await demo.anotherTab();
      await other.shows(bob);
      const requests: string[] = [];
      other.page.on('request', (request) => requests.push(request.url()));
      await demo.switchTo(ada);
      await other.shows(ada);
      expect(requests.length, `${requests}`).toBeLessThanOrEqual(refreshes(opened));
      await demo.signOutOfAll();
      await other.showsNobody();
    });

    test('H16 a reload never shows another account than the active one', async ({ demo }) => {
      const [ada, bob] = [somebody('Ada'), somebody('Bob')];
      await demo.open();
      await demo.signUp(ada);
      await demo.signUp(bob);
      await demo.switchTo(ada);
      const { page } = demo;
      await page.addInitScript(() => {
        const seen = new Set<string>();
        Object.assign(window, { seen });
        new MutationObserver(() => {
          const active = document.querySelectorAll('[aria-current=true]');
          active.forEach(({ textContent }) => (textContent ?? '').match(/\S+@example\.com/g)?.forEach((text) => seen.add(text)));
          const panel = document.querySelector('[data-testid=hook-panel]')?.textContent;
          if (panel) seen.add(JSON.parse(panel).session?.active_signin?.user.email_address ?? 'nobody yet');
        }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
      });
      await page.reload();
      await demo.shows(ada);
      const seen = await page.evaluate(() => [...(window as unknown as { seen: Set<string> }).seen]);
      expect(seen).toContain(ada.email);
      expect(seen).not.toContain(bob.email);
    });

    test.describe('at 360 pixels', () => {
      test.use({ viewport: NARROW });

      test('axe finds nothing to complain about, and nothing has to be scrolled sideways', async ({ demo }) => {
        await visit(demo, async (state) => {
          await isAccessible(demo.page, state);
          expect(await demo.page.evaluate(() => document.documentElement.scrollWidth), state).toBeLessThanOrEqual(NARROW.width);
        });
      });
    });
  });
}

for (const { name, path } of FRAMEWORKS) {
  test(`a sign-out in the page in ${name} shows in those of the others`, ({ demo }) => signOutBesides(demo, path));
}

for (const { name, path } of FRAMEWORKS.filter(({ folder }) => folder)) {
  test.describe(`the page of examples in ${name}`, () => {
    test.use({ demo: async ({ demo }, use) => use(new Demo(demo.page, demo.server, path)) });

    test('H01 the three documented examples run in a browser', async ({ demo, server }) => {
      const [ada, bob] = [somebody('Ada'), somebody('Bob')];
      await demo.open();
      await demo.signUp(ada);
      await demo.signUp(bob);
      const { page } = demo;
      await page.goto(`${server.origin}${path}examples`);

      const summary = page.getByRole('region', { name: 'Read active session state' });
      await expect(summary).toHaveText(bob.email);
      const accounts = page.getByRole('region', { name: 'Switch accounts' });
      await expect(accounts.getByRole('button')).toHaveText([ada.email, bob.email]);
      await accounts.getByRole('button', { name: ada.email }).click();
      await expect(summary).toHaveText(ada.email);

      const answered = page.waitForResponse(`${server.origin}/api/private`);
      await page.getByRole('button', { name: 'Call private API' }).click();
      const response = await answered;
      expect(response.status()).toBe(200);
      expect(response.request().headers()['authorization']).toMatch(/^Bearer ey/);
    });

    test('the ready form signs in, and says what was refused', async ({ demo, server }) => {
      const ada = somebody('Ada');
      await demo.open();
      await demo.signUp(ada);
      await demo.signOutOfAll();
      const { page } = demo;
      await page.goto(`${server.origin}${path}examples`);
      const form = page.getByRole('form', { name: 'Sign in' });
      await form.getByLabel('Email address').fill(ada.email);
      await form.getByLabel('Password').fill('not her password');
      await form.getByRole('button', { name: 'Sign in' }).click();
      await expect(page.getByRole('alert').filter({ hasText: /wrong/ })).toBeVisible();
      await form.getByLabel('Password').fill(ada.password);
      await form.getByRole('button', { name: 'Sign in' }).click();
      await expect(page.getByRole('region', { name: 'Read active session state' })).toHaveText(ada.email);
      await expect(form).toHaveCount(0);
    });
  });
}
