/**
 * The two browsers behind one small face, so that a description of the hook is written once. Chromium is driven by
 * Playwright, Firefox by Puppeteer over WebDriver BiDi: Playwright drives no Firefox but its own build.
 */
import { type BrowserContext as ChromiumContext, chromium, type LaunchOptions, type Page as ChromiumPage } from '@playwright/test';
import puppeteer, { type BrowserContext as FirefoxContext, type Page as FirefoxPage } from 'puppeteer-core';

/** How long Firefox may take for what a page or a person waits for; as it is, half a minute. */
const LONG_MS = 120_000;

export type EngineName = 'chromium' | 'firefox';

/** One tab. */
export interface Tab {
  goto(url: string): Promise<unknown>;
  reload(): Promise<unknown>;
  close(): Promise<void>;

  /** Runs `work` in the page and brings back what it returns, awaited, if JSON can carry it. */
  evaluate<T, A = undefined>(work: (argument: A) => T | Promise<T>, argument?: A): Promise<T>;

  /** Runs `work` in every document that comes, before its own scripts. */
  before<A = undefined>(work: (argument: A) => void, argument?: A): Promise<void>;
}

/** A person's browser: tabs that share cookies and storage. */
export interface Profile {
  tab(): Promise<Tab>;
  close(): Promise<void>;
}

/** A browser that is running. */
export interface Engine {
  readonly name: EngineName;
  profile(): Promise<Profile>;
  close(): Promise<void>;
}

export class ChromiumTab implements Tab {
  constructor(readonly page: ChromiumPage) {}

  goto = (url: string) => this.page.goto(url);
  reload = () => this.page.reload();
  close = () => this.page.close();

  evaluate<T, A>(work: (argument: A) => T | Promise<T>, argument?: A): Promise<T> {
    return this.page.evaluate(work as (argument: unknown) => T | Promise<T>, argument);
  }

  async before<A>(work: (argument: A) => void, argument?: A): Promise<void> {
    await this.page.addInitScript(work as (argument: unknown) => void, argument);
  }
}

class FirefoxTab implements Tab {
  constructor(readonly page: FirefoxPage) {}

  goto = (url: string) => this.page.goto(url);
  reload = () => this.page.reload();
  close = () => this.page.close();

  evaluate<T, A>(work: (argument: A) => T | Promise<T>, argument?: A): Promise<T> {
    return this.page.evaluate(work as (argument: unknown) => T | Promise<T>, argument);
  }

  async before<A>(work: (argument: A) => void, argument?: A): Promise<void> {
    await this.page.evaluateOnNewDocument(work as (argument: unknown) => void, argument);
  }
}

function profile(context: ChromiumContext | FirefoxContext, tab: () => Promise<Tab>): Profile {
  return { tab, close: () => context.close() };
}

async function startChromium(options: LaunchOptions): Promise<Engine> {
  const browser = await chromium.launch({
    ...options,
    // Playwright starts it without the back-forward cache.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
  return {
    name: 'chromium',
    profile: async () => {
      const context = await browser.newContext();
      return profile(context, async () => new ChromiumTab(await context.newPage()));
    },
    close: () => browser.close(),
  };
}

async function startFirefox(): Promise<Engine> {
  const executablePath = process.env['KEYRACK_FIREFOX'] ?? '/usr/bin/firefox-esr';
  const browser = await puppeteer.launch({ browser: 'firefox', executablePath, headless: true, timeout: LONG_MS });
  return {
    name: 'firefox',
    profile: async () => {
      const context = await browser.createBrowserContext();
      return profile(context, async () => {
        const page = await context.newPage();
        page.setDefaultTimeout(LONG_MS);
        return new FirefoxTab(page);
      });
    },
    close: () => browser.close(),
  };
}

/** Starts a browser; `options` are for Chromium. */
export function startEngine(name: EngineName, options: LaunchOptions): Promise<Engine> {
  return name === 'firefox' ? startFirefox() : startChromium(options);
}
