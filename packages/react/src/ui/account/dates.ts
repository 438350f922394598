/** A day and a time, as the person's browser writes them. */
export function dateOf(text: string): string {
  return new Date(text).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
