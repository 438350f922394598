/** The hosted pages in one tab, used as a person uses them, and a server with a deployment for each kind of page. */
import { test as base, expect, type Locator, type Page } from '@playwright/test';
import { type Person, somebody } from './person.js';
import { Server } from './server.js';

export { expect, somebody };

/** After so long a page lets another code be asked for: to be passed over by `page.clock`. */
export const RESEND_MS = 61_000;

/** How long wrong tries from one address are counted. */
const HOUR_MS = 3_600_000;

/** Names of the deployments, and the hosts that mean them; `app` is the one that every other name means. */
const HOSTS = {
  app: 'localhost',
  names: 'names.localhost',
  closed: 'closed.localhost',
  busy: 'busy.localhost',
  single: 'single.localhost',
  own: 'own.localhost',
  ways: 'ways.localhost',
  phones: 'phones.localhost',
  enforced: 'enforced.localhost',
  waiting: 'waiting.localhost',
  challenge: 'challenge.localhost',
} as const;

export type Kind = keyof typeof HOSTS;

const SETTINGS: Readonly<Record<Kind, string>> = {
  app: `
app_name = "Northwind"
[deployment.ui]
tos_page_url = "https://www.example.com/terms"
privacy_policy_url = "https://www.example.com/privacy"
support_page_url = "https://www.example.com/help"
signup_terms_statement_shown = true
[deployment.organizations]
enabled = true
[deployment.workspaces]
enabled = true`,
  names: `
app_name = "Names"
[deployment.auth]
username = "required"
first_factor = "username_password"
password_requires = ["uppercase", "number"]`,
  closed: `
[deployment.restrictions]
sign_up_mode = "restricted"
[deployment.organizations]
enabled = true`,
  busy: `
maintenance_mode = true`,
  single: `
max_accounts_per_session = 1`,
  own: `
app_name = "Own"
[deployment.ui]
logo_image_url = "/_keyrack/icon.svg"
after_logo_click_url = "https://www.example.com/"
after_signin_redirect_url = "/welcome-back"
after_signup_redirect_url = "/welcome"
[deployment.ui.theme.light]
primary = "#7a1f5c"
radius = "2px"
[deployment.messages.en]
sign_in_title = "Welcome to {app}"`,
  ways: `
app_name = "Ways"
[deployment.auth]
email_otp = true
magic_link = true
[deployment.auth.passkey]
enabled = true`,
  phones: `
app_name = "Phones"
[deployment.auth]
email_otp = true
phone = "optional"
phone_otp = true
[deployment.auth.second_factor]
phone_otp = true
[deployment.auth.passkey]
enabled = true
autofill = false`,
  enforced: `
app_name = "Enforced"
[deployment.auth]
phone = "required"
[deployment.auth.second_factor]
policy = "enforced"
[deployment.auth.passkey]
enabled = true
autofill = false`,
  waiting: `
app_name = "Waiting"
[deployment.restrictions]
sign_up_mode = "waitlist"`,
  challenge: `
app_name = "Challenge"
[deployment.challenge]
enabled = true
count = 4
difficulty = 2`,
};

function configuration(port: number): string {
  const one = (kind: Kind) => {
    const origin = `http://${HOSTS[kind]}:${port}`;
    return `[[deployment]]\nid = "${kind}"\nmode = "staging"\norigin = "${origin}"\nhosts = ["${HOSTS[kind]}"]\n${SETTINGS[kind]}\n`;
  };
  return (Object.keys(HOSTS) as Kind[]).map(one).join('\n');
}

/** The pages in one tab. */
export class Hosted {
  constructor(
    readonly page: Page,
    readonly server: Server,
  ) {}

  /** Where a page of a deployment is. */
  url(path: string, kind: Kind = 'app'): string {
    return `http://${HOSTS[kind]}:${new URL(this.server.origin).port}${path}`;
  }

  async open(path: string, kind: Kind = 'app'): Promise<void> {
    await this.page.goto(this.url(path, kind));
    await expect(this.title).toBeVisible();
  }

  get title(): Locator {
    return this.page.getByRole('heading', { level: 1 });
  }

  async shows(title: string | RegExp): Promise<void> {
    await expect(this.title).toHaveText(title);
  }

  field(name: string | RegExp): Locator {
    return this.page.getByRole('textbox', { name });
  }

  get password(): Locator {
    return this.page.getByLabel('Password', { exact: true });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }

  /** Fills in the sign-up form, up to the question for the code. */
  async beginSignUp(person: Person, phone?: string): Promise<void> {
    await this.field('First name').fill(person.first);
    await this.field('Last name').fill(person.last);
    await this.field('Email address').fill(person.email);
    if (phone !== undefined) await this.field('Phone number').fill(phone);
    await this.password.fill(person.password);
    await this.button('Create account').click();
    await this.shows('Check your mail');
  }

  async enterCode(code: string): Promise<void> {
    await this.field('Code').fill(code);
    await this.button('Confirm').click();
  }

  /** Makes an account and waits until its sign-in is done. */
  async signUp(person: Person, path = '/sign-up?prompt=create', kind: Kind = 'app'): Promise<void> {
    await this.open(path, kind);
    await this.beginSignUp(person);
    await this.enterCode(await this.server.newestCode(person.email));
    await this.page.waitForURL(({ pathname }) => pathname !== '/sign-up');
  }

  async fillSignIn(person: Pick<Person, 'email' | 'password'>): Promise<void> {
    await this.field(/Email address|Username/).fill(person.email);
    await this.password.fill(person.password);
    await this.button('Sign in').click();
  }

  /** Posts to the API as the page does. */
  async call(path: string, body: object): Promise<Record<string, unknown>> {
    const answer = await this.page.evaluate(
      async ([to, sent]) => {
        const key = `keyrack:${location.origin}`;
        const carried = localStorage.getItem(key);
        const headers = { 'content-type': 'application/json', ...(carried && { 'x-development-session': carried }) };
        const response = await fetch(to as string, { method: 'POST', headers, body: JSON.stringify(sent) });
        const answered = response.headers.get('x-development-session');
        if (answered) localStorage.setItem(key, answered);
        return (await response.json()) as { status: number; message: string; data: Record<string, unknown> };
      },
      [path, body] as const,
    );
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.message}`);
    return answer.data;
  }

  /** The row of an account. */
  account(person: Person): Locator {
    return this.page.getByRole('listitem').filter({ hasText: person.email });
  }
}

interface PerTest {
  hosted: Hosted;
}

interface PerWorker {
  server: Server;
}

/** A test with a server of the worker's own; in its tab no policy is violated and nothing is thrown. */
export const test = base.extend<PerTest, PerWorker>({
  server: [
    async ({}, use) => {
      const server = await Server.configured('staging', configuration, '--virtual-clock');
      await use(server);
      await server.remove();
    },
    { scope: 'worker' },
  ],
  hosted: async ({ page, server }, use) => {
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      // That nobody else frames a page is the policy of the page that is not there.
      const isOwn = !message.text().includes('frame-ancestors');
      if (isOwn && /Content Security Policy|Trusted ?Type|violat/i.test(message.text())) problems.push(message.text());
    });
    await page.addInitScript(() =>
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
        console.error(`violated: ${effectiveDirective} ${blockedURI}`),
      ),
    );
    // What others have tried from this address is forgotten, in whatever order the tests come.
    await server.advance(HOUR_MS);
    await use(new Hosted(page, server));
    expect(problems, 'errors in the page').toEqual([]);
  },
});
