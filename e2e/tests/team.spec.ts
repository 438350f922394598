/** The demo's team page: the ready components against the real server. */
import type { Page } from '@playwright/test';
import { fileURLToPath } from 'node:url';
import { isAccessible } from './axe.js';
import { type Demo, expect, somebody, test } from './keyrack.js';
import type { Person } from './person.js';

const NARROW = { width: 360, height: 740 };

async function openTeam({ page, server }: Demo): Promise<void> {
  await page.goto(`${server.origin}/team`);
  await expect(page.getByRole('heading', { name: 'Who acts where' })).toBeVisible();
}

function switcher(page: Page) {
  return page.getByRole('button', { name: /^Change account or organization/ });
}

async function createOrganization(page: Page, name: string): Promise<void> {
  const form = page.getByRole('form', { name: 'Create organization' });
  await form.getByLabel('Name').fill(name);
  await form.getByRole('button', { name: 'Create organization' }).click();
  await expect(page.getByRole('tablist', { name })).toBeVisible();
}

async function createWorkspace(page: Page, name: string): Promise<void> {
  await page.getByText('New workspace').click();
  const form = page.getByRole('form', { name: 'New workspace' });
  await form.getByLabel('Name').fill(name);
  await form.getByRole('button', { name: 'Create workspace' }).click();
  await expect(page.getByRole('tablist', { name })).toBeVisible();
  await expect(form).toBeHidden();
  await expect(page.locator('form[aria-label="New workspace"] [name=name]')).toHaveValue('');
}

/** An account of its own in an organization of its own. */
async function inOrganization(demo: Demo, name: string, organization: string): Promise<Person> {
  const person = somebody(name);
  await demo.open();
  await demo.signUp(person);
  await openTeam(demo);
  await createOrganization(demo.page, organization);
  return person;
}

test('an organization and a workspace are made, left and chosen again, with the keyboard alone', async ({ demo }) => {
  const { page } = demo;
  await inOrganization(demo, 'Ada', 'Rome');
  await expect(page.getByRole('list', { name: 'Members' })).toContainText('Ada');
  await createWorkspace(page, 'Forum');
  await expect(switcher(page)).toContainText('Rome / Forum');
  await switcher(page).focus();
  await page.keyboard.press('Enter');
  const personal = page.getByRole('list', { name: 'Organizations' }).getByRole('button', { name: 'Personal' });
  for (let tries = 0; tries < 10 && !(await personal.evaluate((it) => it === document.activeElement)); tries += 1) {
    await page.keyboard.press('ArrowDown');
  }
  await page.keyboard.press('Enter');
  await expect(page.getByRole('list', { name: 'Choose an organization' })).toContainText('Rome');
  await expect(switcher(page)).toBeFocused();
  await page.getByRole('list', { name: 'Choose an organization' }).getByRole('button').press('Enter');
  await expect(page.getByRole('tablist', { name: 'Rome' })).toBeVisible();
  await page.reload();
  await expect(switcher(page)).toContainText('Rome');
});

test('H22 a page of one account’s organization never shows another’s, whoever switches', async ({ demo }) => {
  const { page } = demo;
  await inOrganization(demo, 'Ada', 'Rome');
  const bob = await inOrganization(demo, 'Bob', 'Carthage');
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(globalThis, { seen });
    new MutationObserver(() => seen.push(document.body.innerText)).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  const other = await demo.anotherTab();
  for (let round = 0; round < 10; round += 1) {
    await other.page.getByRole('button', { name: round % 2 ? /^Switch to Bob/ : /^Switch to Ada/ }).click();
    await expect(switcher(page)).toContainText(round % 2 ? 'Carthage' : 'Rome');
  }
  const seen = await page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);
  expect(seen.length).toBeGreaterThan(10);
  expect(seen.filter((text) => text.includes(bob.email) && text.includes('Rome'))).toEqual([]);
  expect(seen.filter((text) => !text.includes(bob.email) && text.includes('Carthage'))).toEqual([]);
});

test('H15 what another tab changed about an organization shows here without a reload', async ({ demo }) => {
  await inOrganization(demo, 'Ada', 'Rome');
  const other = await demo.anotherTab();
  await openTeam(other);
  await other.page.getByRole('tab', { name: 'General' }).click();
  const form = other.page.getByRole('form', { name: 'General: Rome' });
  await form.getByLabel('Name').fill('Athens');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(demo.page.getByRole('tablist', { name: 'Athens' })).toBeVisible();
});

test('loading the page moves nothing', async ({ demo }) => {
  const { page, server } = demo;
  await inOrganization(demo, 'Ada', 'Rome');
  await page.addInitScript(() => {
    const shifts = { sum: 0 };
    Object.assign(globalThis, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.sum += (entry as PerformanceEntry & { value: number }).value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await page.goto(`${server.origin}/team`);
  await expect(page.getByRole('list', { name: 'Members' })).toContainText('Ada');
  expect(await page.evaluate(() => (globalThis as unknown as { shifts: { sum: number } }).shifts.sum)).toBeLessThan(0.05);
});

/** Every state of the page that a person meets, one after another. */
async function visit(demo: Demo, see: (state: string) => Promise<void>): Promise<void> {
  const { page } = demo;
  await openTeam(demo);
  await expect(page.getByText('Nobody is signed in.')).toBeVisible();
  await see('nobody is signed in');
  const ada = somebody('Ada');
  await demo.open();
  await demo.signUp(ada);
  await openTeam(demo);
  await expect(page.getByRole('form', { name: 'Create organization' })).toBeVisible();
  await see('no organization');
  await createOrganization(page, 'Rome');
  await createWorkspace(page, 'Forum');
  for (const tab of await page.getByRole('tab').all()) {
    await tab.click();
    await see(`the part ${await tab.textContent()} of ${await tab.locator('..').getAttribute('aria-label')}`);
  }
  await switcher(page).click();
  await see('the switcher');
  await page.getByRole('button', { name: 'Create organization' }).click();
  await see('another organization is being made');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Notifications/ }).click();
  await see('the inbox');
}

test('axe finds nothing to complain about on the team page', async ({ demo }) => {
  await visit(demo, (state) => isAccessible(demo.page, state));
});

test.describe('at 360 pixels', () => {
  test.use({ viewport: NARROW });

  test('nothing of the team page has to be scrolled sideways', async ({ demo }) => {
    await visit(demo, async (state) => {
      expect(await demo.page.evaluate(() => document.documentElement.scrollWidth), state).toBeLessThanOrEqual(NARROW.width);
    });
  });
});

test('a picture for the README shows a team', async ({ demo }, info) => {
  // A test run leaves the tree as it was; the picture in docs/ is replaced on purpose only.
  const wanted = process.env['KEYRACK_WRITE_PICTURE'] === '1';
  const path = wanted ? fileURLToPath(new URL('../../docs/team.png', import.meta.url)) : info.outputPath('team.png');
  const { page } = demo;
  const ada = somebody('Ada');
  await page.setViewportSize({ width: 1200, height: 1000 });
  await demo.open();
  await demo.signUp({ ...ada, last: 'Lovelace', email: wanted ? 'ada@example.com' : ada.email });
  await openTeam(demo);
  await createOrganization(page, 'Northwind');
  await createWorkspace(page, 'Billing');
  await page.getByRole('tablist', { name: 'Northwind' }).getByRole('tab', { name: 'Invitations' }).click();
  const form = page.getByRole('form', { name: /^Invite: / });
  for (const name of ['grace', 'charles']) {
    await form.getByLabel('Email address').fill(`${name}@example.com`);
    await form.getByRole('button', { name: 'Invite' }).click();
    await expect(page.getByText(`${name}@example.com`, { exact: true })).toBeVisible();
  }
  await page.mouse.move(0, 0);
  expect((await page.screenshot({ path })).byteLength).toBeGreaterThan(10_000);
});
