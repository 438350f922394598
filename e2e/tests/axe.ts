import axe from 'axe-core';
import { expect, type Page } from '@playwright/test';

export type Colours = 'light' | 'dark';

/** What a page's colours decide; everything else that axe looks at is the same in both. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/** axe finds nothing to complain about, in light and in dark colours; `look` is called in each of them. */
export async function isAccessible(page: Page, what = 'the page', look?: (colours: Colours) => Promise<void>): Promise<void> {
  // A page that is loading says only that.
  await expect(page.getByRole('heading', { level: 1 }).first(), what).toBeVisible();
  const wasDark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches);
  for (const colours of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: colours });
    // What moves is not what is read; what turns for ever stays.
    await page.evaluate(() => {
      const ending = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
      ending.forEach((one) => one.finish());
    });
    const said = await complaints(page, colours === 'dark' ? OF_COLOURS : undefined);
    expect(said, `${what}, in ${colours} colours`).toEqual([]);
    await look?.(colours);
  }
  await page.emulateMedia({ colorScheme: wasDark ? 'dark' : 'light' });
}

/** What axe complains about: by all its rules, or by these. */
async function complaints(page: Page, rules?: string[]): Promise<string[]> {
  // Once in a document: reading half a megabyte takes a page longer than being looked at.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  return page.evaluate(async (values) => {
    const looks = (window as unknown as { axe: typeof axe }).axe;
    const { violations } = await looks.run(document, {
      resultTypes: ['violations'],
      ...(values && { runOnly: { type: 'rule', values } }),
    });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }, rules);
}
