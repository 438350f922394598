import { boot, type PageName } from './boot.js';

/** What the link to this page says. */
export const query: URLSearchParams = new URLSearchParams(location.search);

/**
 * The ticket that the link to this page has. It is taken out of the address at once, so that no history, no bookmark and no
 * other page has it; the entry of the history keeps it, so that a reload does not lose it.
 */
export const ticket: string | null = query.get('ticket') ?? ((history.state as { ticket?: string } | null)?.ticket || null);
if (query.has('ticket')) {
  query.delete('ticket');
  history.replaceState({ ticket }, '', to(location.pathname, query));
}

/** What a link says about one page only. */
const OF_ONE_PAGE = [
  'prompt',
  'login_hint',
  'signin_attempt_id',
  'signup_attempt_id',
  'token',
  'attempt',
  ...(boot.page === 'invite' ? ['invite_token'] : []),
];

/** The token of an invitation. The mailed link has it under one name, other pages keep it under the other. */
export const inviteToken: string | null = (boot.page === 'invite' && query.get('token')) || query.get('invite_token');

/** A link to another page, which keeps what this page's says, such as where to go on to. */
export function pageLink(page: PageName, own: Readonly<Record<string, string>> = {}): string {
  const kept = new URLSearchParams(query);
  for (const name of OF_ONE_PAGE) kept.delete(name);
  for (const [name, value] of Object.entries(own)) kept.set(name, value);
  return to(page, kept);
}

/** A link to a page that says so much. */
export function to(page: string, what: URLSearchParams): string {
  const text = what.toString();
  return text ? `${page}?${text}` : page;
}

/**
 * Where to go on to once somebody has signed in or up: to the invitation that is to be accepted, where the link said,
 * where the deployment says, or nowhere. The server has checked the second, the operator has written the third; nothing
 * here reads an address from the link.
 */
export function destination(way: 'sign-in' | 'sign-up'): string | undefined {
  // One of the waiting list lets somebody sign up, and nobody accepts it.
  if (inviteToken?.startsWith('org.') && boot.page !== 'invite') return pageLink('invite', { invite_token: inviteToken });
  const { after_signup_redirect_url, after_signin_redirect_url } = boot.deployment.ui_settings;
  const usual = way === 'sign-up' ? after_signup_redirect_url : after_signin_redirect_url;
  return boot.return_to ?? (usual || undefined);
}

/** Goes on, without leaving a form in the history that nobody wants to come back to. */
export function goOn(way: 'sign-in' | 'sign-up'): void {
  location.replace(destination(way) ?? 'accounts');
}

/** Where to go on to once an invitation is accepted; nowhere if undefined. */
export const afterInvite: string | undefined = boot.page === 'invite' ? destination('sign-in') : undefined;

/** Goes on from an invitation that was accepted. */
export function leaveInvite(): void {
  if (afterInvite) location.replace(afterInvite);
}
