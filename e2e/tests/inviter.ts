/** Somebody in a browser of their own who has organizations and invites people to them. */
import type { Browser, Page } from '@playwright/test';
import { Hosted, type Kind } from './pages.js';
import { type Person, somebody } from './person.js';
import type { Server } from './server.js';

export class Inviter {
  private constructor(
    readonly hosted: Hosted,
    readonly person: Person,
    readonly kind: Kind,
  ) {}

  /** One who has signed up, or where nobody can, was made by the operator and has signed in. */
  static async arrive(browser: Browser, server: Server, kind: Kind = 'app'): Promise<Inviter> {
    const person = somebody('Ivy');
    const page = await (await browser.newContext()).newPage();
    const inviter = new Inviter(new Hosted(page, server), person, kind);
    if (kind === 'closed') await inviter.#isMade(server);
    else await inviter.hosted.signUp(person, '/sign-up', kind);
    return inviter;
  }

  async #isMade(server: Server): Promise<void> {
    await server.makeAccount(this.kind, this.person);
    await this.hosted.open('/sign-in', this.kind);
    await this.hosted.fillSignIn(this.person);
    await this.hosted.shows('Choose an account');
  }

  get page(): Page {
    return this.hosted.page;
  }

  /** Posts to the API as its pages do. */
  call(path: string, body: object): Promise<Record<string, unknown>> {
    return this.hosted.call(path, body);
  }

  /** Makes an organization; gives its id. */
  async founds(name: string): Promise<string> {
    const { organization } = await this.call('/organizations', { name });
    return (organization as { id: string }).id;
  }

  /** Invites somebody to it; gives the link in the mail. */
  async invites(organization: string, { email }: Pick<Person, 'email'>, more: object = {}): Promise<string> {
    return this.hosted.server.linkOf(email, () => this.call(`/organizations/${organization}/invitations`, { email, ...more }));
  }

  async leaves(): Promise<void> {
    await this.page.context().close();
  }
}
