import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

export type Colours = 'light' | 'dark';

/** What a page's colours decide; everything else that axe looks at is the same in both. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/** axe finds nothing to complain about, in light and in dark colours; `look` is called in each of them. */
export async function isAccessible(page: Page, what = 'the page', look?: (colours: Colours) => Promise<void>): Promise<void> {
  const wasDark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches);
  for (const colours of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: colours });
    // What moves is not what is read; what turns for ever stays.
    await page.evaluate(() => {
      const ending = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
      ending.forEach((one) => one.finish());
    });
    // In one go: there are no frames of others, for which axe opens a page each time.
    const axe = new AxeBuilder({ page }).setLegacyMode();
    const { violations } = await (colours === 'dark' ? axe.withRules(OF_COLOURS) : axe).analyze();
    const said = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    expect(said, `${what}, in ${colours} colours`).toEqual([]);
    await look?.(colours);
  }
  await page.emulateMedia({ colorScheme: wasDark ? 'dark' : 'light' });
}
