import type { Page } from '@playwright/test';

/** How long browsers take a change for one that the person has made, in milliseconds: it is no layout shift then. */
const OWN_MS = 500;

/** Has the pages note when somebody last did something. To be called before a page is opened. */
async function noteInput(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const kept = Object.assign(window, { lastInput: Number.NEGATIVE_INFINITY });
    for (const type of ['keydown', 'mousedown', 'pointerdown', 'pointerup', 'click']) {
      // The document's own time: a test may have taken every other clock of the page in hand.
      addEventListener(type, () => (kept.lastInput = Number(document.timeline.currentTime)), { capture: true, passive: true });
    }
  });
}

/** Waits until what changes is taken for the page's own doing. */
export async function ownChange(page: Page): Promise<void> {
  await page.waitForFunction(
    (own) => Number(document.timeline.currentTime) - (window as unknown as { lastInput: number }).lastInput > own,
    OWN_MS,
  );
}

/** Lets no answer to these requests come before what it changes is taken for the page's own doing. */
export async function answersAlone(page: Page, requests: RegExp): Promise<void> {
  await noteInput(page);
  await page.route(requests, async (route) => {
    // A page that is left meanwhile needs no answer.
    await ownChange(page).catch(() => undefined);
    await route.fallback();
  });
}
