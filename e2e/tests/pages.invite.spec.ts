/** The page that a mailed invitation leads to, used as people use it. */
import { isAccessible } from './axe.js';
import { Inviter } from './inviter.js';
import { answersAlone } from './own-input.js';
import { expect, type Hosted, somebody, test as base } from './pages.js';

const test = base.extend<{ ivy: Inviter }>({
  ivy: async ({ browser, server }, use) => {
    const ivy = await Inviter.arrive(browser, server);
    await use(ivy);
    await ivy.leaves();
  },
});

/** Opens a mailed link; under dev it names the printed host. */
async function follow(hosted: Hosted, link: string): Promise<void> {
  await hosted.page.goto(link);
  await expect(hosted.title).toBeVisible();
}

test('whoever has no account makes one on the way, and joins with a button', async ({ hosted, ivy, server }) => {
  const bob = somebody('Bob');
  const { page } = hosted;
  const link = await ivy.invites(await ivy.founds('Acme'), bob);
  await follow(hosted, link);
  await hosted.shows('Join Acme');
  await expect(page.getByText('Ivy Byron invites you to Acme.')).toBeVisible();
  await expect(page.getByText(`The invitation is for ${bob.email}.`)).toBeVisible();
  await expect(hosted.button(/^Join as/)).toHaveCount(0);
  await page.getByRole('link', { name: 'Create an account' }).click();
  await hosted.shows('Create an account');
  await expect(hosted.field('Email address')).toHaveValue(bob.email);
  await hosted.beginSignUp(bob);
  // A sign-up that was left goes on where it was, from the link too.
  await follow(hosted, link);
  await page.getByRole('link', { name: 'Create an account' }).click();
  await hosted.shows('Check your mail');
  await hosted.enterCode(await server.newestCode(bob.email));
  await hosted.shows('Join Acme');
  await hosted.button(`Join as ${bob.email}`).click();
  await hosted.shows('Welcome to Acme');
  await expect(hosted.title).toBeFocused();
  await expect(page.getByText(`${bob.email} is a member now.`)).toBeVisible();
  await page.getByRole('link', { name: 'Go on' }).click();
  await expect(page.locator('[aria-current=true]')).toContainText(bob.email);
  expect(page.url()).not.toContain('token');
});

test('whoever has one signs in on the way, and goes on to where the link said', async ({ hosted, ivy }) => {
  const bob = somebody('Bob');
  const { page } = hosted;
  await hosted.signUp(bob);
  await hosted.button(`Sign out ${bob.email}`).click();
  const link = await ivy.invites(await ivy.founds('Acme'), bob);
  await follow(hosted, `${link}&redirect_uri=${encodeURIComponent('/outbox?from=invite')}`);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await expect(hosted.field('Email address')).toHaveValue(bob.email);
  await hosted.password.fill(bob.password);
  await hosted.button('Sign in').click();
  await hosted.shows('Join Acme');
  await hosted.button(`Join as ${bob.email}`).click();
  await page.waitForURL(hosted.url('/outbox?from=invite'));
});

test('of several accounts the invited one joins, and is active then', async ({ hosted, ivy }) => {
  const [bob, cyd] = [somebody('Bob'), somebody('Cyd')];
  const { page } = hosted;
  await hosted.signUp(bob);
  await hosted.signUp(cyd);
  await expect(page.locator('[aria-current=true]')).toContainText(cyd.email);
  const acme = await ivy.founds('Acme');
  await follow(hosted, await ivy.invites(acme, bob));
  await expect(hosted.account(cyd)).toContainText('Not the invited address');
  await expect(hosted.account(bob)).not.toContainText('Not the invited address');
  await hosted.button(`Join as ${bob.email}`).click();
  await hosted.shows('Welcome to Acme');
  await hosted.open('/accounts');
  await expect(page.locator('[aria-current=true]')).toContainText(bob.email);
});

test('J04 nobody else of this browser can join, nor anybody who only looks', async ({ hosted, ivy }) => {
  const [bob, cyd] = [somebody('Bob'), somebody('Cyd')];
  const { page } = hosted;
  await hosted.signUp(cyd);
  const acme = await ivy.founds('Acme');
  const link = await ivy.invites(acme, bob);
  const posted: string[] = [];
  page.on('request', (request) => request.method() === 'POST' && posted.push(new URL(request.url()).pathname));
  for (let look = 0; look < 3; look += 1) await follow(hosted, link);
  await expect(hosted.account(cyd)).toContainText('Not the invited address');
  await expect(hosted.button(/^Join as/)).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Sign in' })).toBeVisible();
  expect(posted).not.toContain('/organizations/invitations/accept');
  // Also a page that was made to ask is refused.
  const token = new URL(link).searchParams.get('token');
  const said = await page.evaluate(async (sent) => {
    const key = Object.keys(localStorage).find((name) => /^keyrack:http.*\d$/.test(name)) ?? '';
    const headers = { 'content-type': 'application/json', 'x-development-session': localStorage.getItem(key) ?? '' };
    const body = JSON.stringify({ token: sent });
    const answer = await fetch('/organizations/invitations/accept', { method: 'POST', headers, body });
    return ((await answer.json()) as { data: { error_code: string } }).data.error_code;
  }, token);
  expect(said).toBe('INVITATION_EMAIL_MISMATCH');
});

test('a link that was used, withdrawn, sent anew, or is none, or has expired, says so', async ({ hosted, ivy, server }) => {
  const bob = somebody('Bob');
  await hosted.signUp(bob);
  const acme = await ivy.founds('Acme');
  const link = await ivy.invites(acme, bob);
  await follow(hosted, link);
  await hosted.button(`Join as ${bob.email}`).click();
  await hosted.shows('Welcome to Acme');
  for (const path of [link, hosted.url('/invite'), hosted.url('/invite?token=org.x'), `${link}0`]) {
    await follow(hosted, path);
    await hosted.shows('This invitation does not work');
    await expect(hosted.page.getByRole('alert').filter({ hasText: 'used or withdrawn' })).toBeVisible();
  }
  const other = await ivy.invites(await ivy.founds('Other'), bob);
  await server.advance(10 * 86_400_000);
  await follow(hosted, other);
  await hosted.shows('This invitation does not work');
  await expect(hosted.page.getByRole('alert').filter({ hasText: 'It has expired.' })).toBeVisible();
});

test('an invitation opens a closed sign-up for its address', async ({ hosted, browser, server }) => {
  const ivy = await Inviter.arrive(browser, server, 'closed');
  const bob = somebody('Bob');
  const link = await ivy.invites(await ivy.founds('Acme'), bob);
  await hosted.open('/sign-up', 'closed');
  await hosted.shows('Sign-up is closed');
  await follow(hosted, link);
  await hosted.page.getByRole('link', { name: 'Create an account' }).click();
  await hosted.field('Email address').fill(`x${bob.email}`);
  await hosted.password.fill(bob.password);
  await hosted.button('Create account').click();
  await expect(hosted.page.getByText('does not take new accounts here')).toBeVisible();
  await hosted.beginSignUp(bob);
  await hosted.enterCode(await server.newestCode(bob.email));
  await hosted.shows('Join Acme');
  await hosted.button(`Join as ${bob.email}`).click();
  await hosted.shows('Welcome to Acme');
  await ivy.leaves();
});

test('by keyboard alone', async ({ hosted, ivy }) => {
  const bob = somebody('Bob');
  const { page } = hosted;
  await hosted.signUp(bob);
  await follow(hosted, await ivy.invites(await ivy.founds('Acme'), bob));
  const join = hosted.button(`Join as ${bob.email}`);
  for (let step = 0; step < 6 && !(await join.evaluate((one) => one === document.activeElement)); step += 1) {
    await page.keyboard.press('Tab');
  }
  await expect(join).toBeFocused();
  const outline = await join.evaluate((one) => getComputedStyle(one).outlineStyle);
  expect(outline).not.toBe('none');
  await page.keyboard.press('Enter');
  await hosted.shows('Welcome to Acme');
  await expect(hosted.title).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Go on' })).toBeFocused();
});

test('a refusal and a lost connection are said, and the button works again', async ({ hosted, ivy }) => {
  const bob = somebody('Bob');
  const { page } = hosted;
  await hosted.signUp(bob);
  await follow(hosted, await ivy.invites(await ivy.founds('Acme'), bob));
  await page.route('**/organizations/invitations/accept', (route) => route.abort());
  await hosted.button(`Join as ${bob.email}`).click();
  await expect(page.getByRole('alert').filter({ hasText: 'could not be reached' })).toBeVisible();
  await page.unroute('**/organizations/invitations/accept');
  await hosted.button(`Join as ${bob.email}`).click();
  await hosted.shows('Welcome to Acme');
});

test('K06 names in an invitation are text, and the link is told to nobody else', async ({ hosted, ivy }) => {
  const bob = somebody('Bob');
  const { page } = hosted;
  const name = `<img src=x onerror="document.title='owned'"> javascript:alert(1)`;
  const link = await ivy.invites(await ivy.founds(name), bob);
  const elsewhere: string[] = [];
  page.on('request', (request) => {
    const from = request.headers()['referer'] ?? '';
    if (!request.url().startsWith(hosted.url('')) || from.includes('token')) elsewhere.push(`${request.url()} from ${from}`);
  });
  await follow(hosted, link);
  await hosted.shows(`Join ${name}`);
  expect(await page.title()).toBe('Invitation · Northwind');
  expect(await page.locator('main img[src=x]').count()).toBe(0);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await hosted.shows('Sign in');
  expect(elsewhere).toEqual([]);
});

for (const [name, viewport] of Object.entries({ wide: { width: 1200, height: 800 }, narrow: { width: 360, height: 740 } })) {
  test.describe(`on a ${name} screen with a slow network`, () => {
    test.use({ viewport });

    test('nothing moves by itself, and nobody else is shown meanwhile', async ({ hosted, ivy }) => {
      const [bob, cyd] = [somebody('Bob'), somebody('Cyd')];
      const { page } = hosted;
      await hosted.signUp(bob);
      await hosted.signUp(cyd);
      const link = await ivy.invites(await ivy.founds('Acme'), bob);
      await page.addInitScript(() => {
        const kept = { shifts: 0, asJoining: [] as string[] };
        Object.assign(window, { kept });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
            if (!entry.hadRecentInput) kept.shifts += entry.value;
          }
        }).observe({ type: 'layout-shift', buffered: true });
        new MutationObserver(() => {
          const button = document.querySelector('button.button-main')?.textContent ?? '';
          if (button) kept.asJoining.push(button);
        }).observe(document, { childList: true, subtree: true, characterData: true });
      });
      await answersAlone(page, /\/session|\/invitations\//);
      const seen = () =>
        page.evaluate(async () => {
          await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
          return (window as unknown as { kept: { shifts: number; asJoining: string[] } }).kept;
        });
      await follow(hosted, link);
      await hosted.button(`Join as ${bob.email}`).click();
      await hosted.shows('Welcome to Acme');
      const { shifts, asJoining } = await seen();
      expect(shifts).toBeLessThan(0.05);
      expect(new Set(asJoining)).toEqual(new Set([`Join as ${bob.email}`]));
    });
  });
}

/** Every state of the page. */
async function visit(hosted: Hosted, ivy: Inviter, see: (state: string) => Promise<void>): Promise<void> {
  const [bob, cyd] = [somebody('Bob'), somebody('A-rather-long-first-name-without-a-break')];
  const acme = await ivy.founds('An-organization-with-a-name-that-is-long-and-has-no-place-to-break-anywhere-at-all');
  const { workspace } = (await ivy.call('/workspaces', { organization_id: acme, name: 'Place'.repeat(20) })) as {
    workspace: { id: string };
  };
  const link = await ivy.invites(acme, bob, { workspace_id: workspace.id });
  await follow(hosted, link);
  await see('nobody is signed in');
  await hosted.signUp(cyd);
  await follow(hosted, link);
  await see('somebody else is signed in');
  await hosted.signUp(bob);
  await follow(hosted, link);
  await see('two accounts');
  await hosted.page.route('**/organizations/invitations/accept', (route) => route.abort());
  await hosted.button(`Join as ${bob.email}`).click();
  await expect(hosted.page.getByRole('alert').filter({ hasText: 'could not be reached' })).toBeVisible();
  await see('a refusal');
  await hosted.page.unroute('**/organizations/invitations/accept');
  await hosted.button(`Join as ${bob.email}`).click();
  await hosted.shows(/^Welcome to/);
  await see('a member');
  await follow(hosted, link);
  await see('a used link');
}

test.describe('the invitation at 360 pixels', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('axe finds nothing to complain about, and nothing has to be scrolled sideways', async ({ hosted, ivy }, info) => {
    test.slow();
    let count = 0;
    await visit(hosted, ivy, async (state) => {
      await isAccessible(hosted.page, state);
      expect(await hosted.page.evaluate(() => document.documentElement.scrollWidth), state).toBeLessThanOrEqual(360);
      const card = await hosted.page.locator('.card').boundingBox();
      expect((card?.x ?? 0) + (card?.width ?? 0), state).toBeLessThanOrEqual(360 - (card?.x ?? 0));
      count += 1;
      await hosted.page.screenshot({ path: info.outputPath(`${count} ${state}.png`) });
    });
  });
});
