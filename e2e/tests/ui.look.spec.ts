/** The ready components of @keyrack/react/ui as they look and are used: without a server, with everything in them. */
import { isAccessible } from './axe.js';
import { expect, ORIGIN, type Page, test } from './components.js';

const switcher = (page: Page) => page.getByRole('button', { name: /^Change account or organization/ });
const bell = (page: Page) => page.getByRole('button', { name: /^Notifications/ });

async function open(page: Page, where = ''): Promise<void> {
  await page.goto(`${ORIGIN}/${where}`);
  await expect(page.getByRole('heading', { name: 'Components' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Accept' })).toBeVisible();
}

/** Every state in which somebody meets them. */
async function visit(page: Page, see: (state: string) => Promise<void>): Promise<void> {
  await open(page, '?outside');
  await expect(page.getByRole('list', { name: 'Choose an organization' })).toBeVisible();
  await see('no organization');
  await open(page);
  await expect(page.getByRole('tablist')).toHaveCount(2);
  for (const tab of await page.getByRole('tab').all()) {
    await tab.click();
    await see(`the part ${await tab.textContent()}`);
  }
  await page.getByText('Delete organization').first().click();
  await see('about to delete it');
  await switcher(page).click();
  await expect(page.getByRole('list', { name: 'You may join' })).toBeVisible();
  await see('the switcher');
  await page.getByRole('button', { name: 'Create organization' }).click();
  await see('a form in the switcher');
  await page.keyboard.press('Escape');
  await bell(page).click();
  await see('the inbox');
}

test('axe finds nothing to complain about in the components', async ({ page }) => {
  await visit(page, (state) => isAccessible(page, state));
});

test('data-theme overrules what the system prefers', async ({ page }) => {
  await open(page);
  const surface = () => switcher(page).evaluate((it) => getComputedStyle(it).backgroundColor);
  const light = await surface();
  await page.evaluate(() => document.body.setAttribute('data-theme', 'dark'));
  await expect.poll(surface).not.toBe(light);
});

for (const width of [320, 360]) {
  test(`at ${width} pixels nothing of the components has to be scrolled sideways, and panels are on the screen`, async ({ page }) => {
    await page.setViewportSize({ width, height: 640 });
    await visit(page, async (state) => {
      expect(await page.evaluate(() => document.documentElement.scrollWidth), state).toBeLessThanOrEqual(width);
      const tabs = page.locator('.kr-tabs');
      expect(await tabs.evaluateAll((all) => all.filter((it) => it.scrollWidth > it.clientWidth).length), state).toBe(0);
      const outside = await page.locator('.kr-panel').evaluateAll((panels) =>
        panels
          .map((panel) => panel.getBoundingClientRect())
          .filter(({ left, right, top, bottom }) => left < 0 || top < 0 || right > innerWidth || bottom > innerHeight),
      );
      expect(outside, state).toEqual([]);
    });
  });
}

test('whatever can be pressed is large enough for a finger', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 640 });
  await visit(page, async (state) => {
    const controls = page.locator('.kr :is(button, select, input:not([type=checkbox])):visible');
    const small = await controls.evaluateAll((all) =>
      all
        .map((it) => ({ it: it.outerHTML.slice(0, 80), box: it.getBoundingClientRect() }))
        .filter(({ box }) => box.width < 24 || box.height < 24)
        .map(({ it }) => it),
    );
    expect(small, state).toEqual([]);
  });
});

test('opening a panel moves nothing, and closing it gives the focus back', async ({ page }) => {
  await open(page);
  const where = () => page.getByRole('heading', { name: 'Organization', exact: true }).boundingBox();
  const before = await where();
  for (const opener of [switcher(page), bell(page)]) {
    await opener.focus();
    await page.keyboard.press('Enter');
    await expect(page.locator('.kr-panel')).toBeVisible();
    expect(await where()).toEqual(before);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Escape');
    await expect(page.locator('.kr-panel')).toHaveCount(0);
    await expect(opener).toBeFocused();
  }
});

test('everything is reached with the Tab key, and seen to be', async ({ page }) => {
  await open(page);
  await switcher(page).focus();
  const seen = new Set<string>();
  for (let times = 0; times < 60; times += 1) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const it = document.activeElement as HTMLElement;
      return { name: it.getAttribute('aria-label') ?? it.textContent ?? '', outline: it.closest('.kr') ? getComputedStyle(it).outlineStyle : 'solid' };
    });
    expect(at.outline, at.name).toBe('solid');
    seen.add(at.name);
  }
  for (const name of ['Members', 'Remove Person 1', 'Accept']) expect([...seen].some((it) => it.includes(name)), name).toBe(true);
});
