import { query } from './links.js';

/**
 * What a mailed link is good for once. It leaves the address bar as soon as it is read, and with it the history and
 * whatever is copied out of either; the entry of the history keeps it aside, for a reload.
 */
const SECRETS = ['token', 'attempt'];

const aside = new URLSearchParams((history.state as { readonly aside?: string } | null)?.aside);
const open = new URLSearchParams(query);
for (const name of SECRETS) {
  const value = query.get(name);
  if (value !== null) aside.set(name, value);
  open.delete(name);
}
const text = open.toString();
history.replaceState({ aside: aside.toString() }, '', text ? `?${text}` : location.pathname);

/** What the link to this page says of that. */
export function mailed(name: 'token' | 'attempt'): string | undefined {
  return aside.get(name) ?? undefined;
}
