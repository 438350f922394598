import { test as base, expect, type Page } from '@playwright/test';
import { type Person, somebody } from './person.js';
import { type Mode, Server } from './server.js';

export { expect, somebody };

/** The demo in one tab, used as a person uses it. */
export class Demo {
  constructor(
    readonly page: Page,
    readonly server: Server,

    /** Where the demo of this framework is. */
    readonly path = '/',
  ) {}

  async open(): Promise<void> {
    await this.page.goto(this.server.origin + this.path);
  }

  /** The same browser's second tab. */
  async anotherTab(): Promise<Demo> {
    const demo = new Demo(await this.page.context().newPage(), this.server, this.path);
    await demo.open();
    return demo;
  }

  /** Fills in the sign-up form, up to the question for the code. */
  async beginSignUp(person: Person): Promise<void> {
    await this.#openForms('Create account');
    const form = this.page.getByRole('form', { name: 'Create account' });
    await form.getByLabel('Email').fill(person.email);
    await form.getByLabel('First name').fill(person.first);
    await form.getByLabel('Last name').fill(person.last);
    await form.getByLabel('Password').fill(person.password);
    await form.getByRole('button', { name: 'Create account' }).click();
    await expect(this.page.getByRole('form', { name: 'Verify email' })).toBeVisible();
  }

  /** Types a code. */
  async verify(code: string): Promise<void> {
    const form = this.page.getByRole('form', { name: 'Verify email' });
    await form.getByLabel('Code').fill(code);
    await form.getByRole('button', { name: 'Verify' }).click();
  }

  /** Makes an account, from the form to the active sign-in. */
  async signUp(person: Person): Promise<void> {
    await this.beginSignUp(person);
    await this.verify(await this.server.newestCode(person.email));
    await this.shows(person);
  }

  /** Signs in to an account that exists. */
  async signIn(person: Person): Promise<void> {
    await this.fillSignIn(person.email, person.password);
    await this.shows(person);
  }

  async fillSignIn(email: string, password: string): Promise<void> {
    await this.#openForms('Sign in');
    const form = this.page.getByRole('form', { name: 'Sign in' });
    await form.getByLabel('Email').fill(email);
    await form.getByLabel('Password').fill(password);
    await form.getByRole('button', { name: 'Sign in' }).click();
  }

  async switchTo(person: Person): Promise<void> {
    await this.page.getByRole('button', { name: `Switch to ${person.first} ${person.last} ${person.email}` }).click();
    await this.shows(person);
  }

  async signOut(person: Person): Promise<void> {
    await this.page.getByRole('button', { name: `Sign out ${person.email}` }).click();
    await expect(this.page.getByRole('button', { name: `Sign out ${person.email}` })).toHaveCount(0);
  }

  async signOutOfAll(): Promise<void> {
    await this.page.getByRole('button', { name: 'Sign out of all accounts' }).click();
    await this.showsNobody();
  }

  /** The switcher and the hook agree that this account is the active one. */
  async shows(person: Person): Promise<void> {
    await expect(this.page.locator('[aria-current=true]')).toContainText(person.email);
    await expect.poll(async () => (await this.hook()).session.active_signin?.user.email_address).toBe(person.email);
  }

  /** The same browser's page of another framework. */
  async besides(path: string): Promise<Demo> {
    const demo = new Demo(await this.page.context().newPage(), this.server, path);
    await demo.open();
    return demo;
  }

  async showsNobody(): Promise<void> {
    await expect(this.page.getByRole('heading', { name: 'Nobody is signed in' })).toBeVisible();
    await expect.poll(async () => (await this.hook()).status).toBe('signed-out');
  }

  /** The hook's value, as the page prints it. */
  async hook() {
    return JSON.parse((await this.page.getByTestId('hook-panel').textContent()) ?? '{}');
  }

  /** Presses the button, and returns what the page shows of the answer. */
  async callPrivateApi(): Promise<{ title: string; body: string }> {
    await this.page.getByRole('button', { name: 'Call private API' }).click();
    const answer = this.page.getByRole('status', { name: 'Answer of the private API' });
    const body = await answer.getByRole('region', { name: 'Body of the answer' }).textContent();
    return { title: (await answer.locator('p').textContent()) ?? '', body: body ?? '' };
  }

  async #openForms(tab: string): Promise<void> {
    const add = this.page.getByRole('button', { name: 'Add account' });
    await expect(add.or(this.page.getByRole('tab', { name: tab }))).toBeVisible();
    if (await add.isVisible()) await add.click();
    await this.page.getByRole('tab', { name: tab }).click();
  }
}

interface PerTest {
  demo: Demo;
}

interface PerWorker {
  mode: Mode;
  server: Server;
}

/** A test with a server of the worker's own and the demo's page, not opened yet. */
export const test = base.extend<PerTest, PerWorker>({
  mode: ['staging', { scope: 'worker', option: true }],
  server: [
    async ({ mode }, use) => {
      const server = await Server.start(mode);
      await use(server);
      await server.remove();
    },
    { scope: 'worker' },
  ],
  demo: async ({ page, server }, use) => {
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) problems.push(message.text());
    });
    await use(new Demo(page, server));
    expect(problems, 'errors in the page').toEqual([]);
  },
});
