/** What is seen of a page that is left and comes back out of the back-forward cache, in every frame that it shows. */
import type { Tab } from './engine.js';

/** After so many milliseconds without an answer a page is uncovered all the same; a moment sooner here. */
const COVERED_MS = 4_500;

interface Look {
  /** Milliseconds since it came back. */
  readonly at: number;
  readonly seen: string;
}

declare global {
  interface Window {
    looks?: Look[];
  }
}

/** Has the page that is there note what is seen of an element once it comes back; by that it is known again, too. */
export function watchReturn(tab: Tab, selector: string): Promise<void> {
  return tab.evaluate((wanted) => {
    const looks: Look[] = (window.looks = []);
    addEventListener('pageshow', () => {
      const since = performance.now();
      const look = (): void => {
        const element = document.querySelector(wanted);
        const isCovered = getComputedStyle(document.documentElement).opacity === '0';
        const isSeen = element && !isCovered && getComputedStyle(element).visibility === 'visible';
        looks.push({ at: performance.now() - since, seen: isSeen ? (element.textContent ?? '') : '' });
        requestAnimationFrame(look);
      };
      look();
    });
  }, selector);
}

/** Whether it is that very page, and back. */
export const isBack = (tab: Tab): Promise<boolean> => tab.evaluate(() => !!window.looks?.length).catch(() => false);

/** Everything that was seen since it came back and before it may be uncovered for want of an answer. */
export async function seenSince(tab: Tab): Promise<string[]> {
  const seen = await tab.evaluate((most) => (window.looks ?? []).filter(({ at }) => at < most).map((look) => look.seen), COVERED_MS);
  return [...new Set(seen)];
}
