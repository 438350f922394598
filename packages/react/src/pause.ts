/** Time between two refreshes of a page that is looked at, and the longest pause between two tries. */
export const REFRESH_MS = 30_000;

/** How long a page from the back-forward cache stays covered for want of an answer. */
const COVERED_MS = 5_000;

const FIRST_RETRY_MS = 1_000;

/** Milliseconds until the next try after so many failures in a row: from a second on, twice as long each time. */
export function retryPause(failures: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), REFRESH_MS);
}

/** Resolves with `work`, or when a page has been covered long enough and `late` was called. */
export function inTime(work: Promise<unknown>, late: () => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(late()), COVERED_MS);
    void work.then(() => resolve(clearTimeout(timer)));
  });
}
