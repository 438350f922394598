import type { Deployment } from '@keyrack/react';
import type en from '../messages/en.json';

/** The name of a text. `messages/en.json` is the list of all of them. */
export type MessageKey = keyof typeof en;

export type PageName =
  | 'sign-in'
  | 'sign-up'
  | 'accounts'
  | 'invite'
  | 'magic-link'
  | 'forgot-password'
  | 'waitlist'
  | 'account'
  | 'device';

/** What the server writes into a page. */
export interface Boot {
  readonly page: PageName;

  /** The same as `GET /deployment` answers. */
  readonly deployment: Deployment;

  /** Language of the texts, as in `<html lang>`. */
  readonly language: string;
  readonly messages: Readonly<Record<MessageKey, string>>;

  /** Where to go on to, as the server has checked it; null when the link names nothing that may be followed. */
  readonly return_to: string | null;

  /** Whether the link named an address that may not be followed. */
  readonly return_refused: boolean;
}

/** This page's. Without it there is nothing that could be shown. */
export const boot: Boot = JSON.parse(document.querySelector<HTMLMetaElement>('meta[name=keyrack]')?.content ?? '') as Boot;
