/** The page `team` of the demo in any framework (docs/DEMOS.md), used as a person uses it. */
import { type Browser, expect, type Locator, type Page } from '@playwright/test';
import { Demo } from './keyrack.js';
import type { Person } from './person.js';

/** A member as the API lists it. */
interface Member {
  readonly id: string;
  readonly user: { readonly primary_email_address: { readonly email: string } };
  readonly roles: readonly { readonly name: string }[];
}

export class TeamPage {
  constructor(readonly demo: Demo) {}

  get page(): Page {
    return this.demo.page;
  }

  async open(): Promise<void> {
    await this.page.goto(`${this.demo.server.origin}${this.demo.path}team`);
    await expect(this.page.getByRole('heading', { name: 'Who acts where' })).toBeVisible();
  }

  /** Makes an account, and stands on this page with it. */
  async arrive(person: Person): Promise<void> {
    await this.demo.open();
    await this.demo.signUp(person);
    await this.open();
    await expect(this.switcher).toContainText('Personal');
  }

  /** Makes an organization; gives its id. */
  async founds(name: string): Promise<string> {
    const form = this.page.getByRole('form', { name: 'Create organization' });
    await form.getByLabel('Name').fill(name);
    await form.getByRole('button', { name: 'Create organization' }).click();
    await expect(this.page.getByRole('tablist', { name })).toBeVisible();
    await expect(this.switcher).toContainText(name);
    const [membership] = await this.ask<{ organization_id: string }[]>('/me/organization-memberships');
    return membership?.organization_id ?? '';
  }

  get switcher(): Locator {
    return this.page.getByRole('button', { name: /^Change account or organization/ });
  }

  async goTo(organization: string): Promise<void> {
    await this.switcher.click();
    await this.page.getByRole('list', { name: 'Organizations' }).getByRole('button', { name: organization }).click();
    await expect(this.switcher).toContainText(organization);
  }

  tab(name: string): Locator {
    return this.page.getByRole('tab', { name });
  }

  get search(): Locator {
    return this.page.getByRole('searchbox', { name: 'Search members' });
  }

  get members(): Locator {
    return this.page.getByRole('list', { name: 'Members' });
  }

  /** The row of somebody. */
  member({ email }: Person): Locator {
    return this.members.getByRole('listitem').filter({ hasText: email });
  }

  roleOf({ first, last }: Person): Locator {
    return this.page.getByRole('combobox', { name: `Role of ${first} ${last}` });
  }

  /** The button that removes somebody, and what it is called once it asks. */
  removal({ first, last }: Person): { readonly first: Locator; readonly second: Locator } {
    const named = (name: string): Locator => this.members.getByRole('button', { name, exact: true });
    return { first: named(`Remove ${first} ${last}`), second: named(`Remove ${first} ${last}: are you sure?`) };
  }

  get invitations(): Locator {
    return this.page.getByRole('list', { name: 'Invited' });
  }

  async invite(organization: string, email: string, role?: string): Promise<void> {
    const form = this.page.getByRole('form', { name: `Invite: ${organization}` });
    await form.getByLabel('Email address').fill(email);
    if (role) await form.getByLabel('Role').selectOption(role);
    await form.getByRole('button', { name: 'Invite' }).click();
  }

  get bell(): Locator {
    return this.page.getByRole('button', { name: /^Notifications/ });
  }

  get inbox(): Locator {
    return this.page.getByRole('group', { name: 'Notifications' });
  }

  async counts(unread: number): Promise<void> {
    await expect(this.bell).toHaveAccessibleName(unread === 0 ? 'Notifications' : `Notifications, ${unread} unread`);
  }

  /** The server's word on who is a member, and with which roles, by address. */
  async rolesOnServer(organization: string): Promise<Record<string, string[]>> {
    const { data } = await this.ask<{ data: Member[] }>(`/organizations/${organization}/members`);
    return Object.fromEntries(data.map(({ user, roles }) => [user.primary_email_address.email, roles.map(({ name }) => name)]));
  }

  /** What the API answers; with a body it is a POST. */
  async ask<T>(path: string, body?: object): Promise<T> {
    return (await this.page.evaluate(
      async ([url, sent]) => {
        const carried = localStorage.getItem(`keyrack:${location.origin}`) ?? '';
        const headers = { 'content-type': 'application/json', 'x-development-session': carried };
        const response = await fetch(url, sent === null ? { headers } : { method: 'POST', headers, body: sent });
        const answer = await response.text();
        if (!response.ok) throw new Error(`${url}: ${answer}`);
        return (JSON.parse(answer) as { data: unknown }).data;
      },
      [this.demo.server.origin + path, body ? JSON.stringify(body) : null] as const,
    )) as T;
  }
}

/** Somebody with a browser of their own. */
export async function elsewhere(browser: Browser, { server, path }: Demo, person: Person): Promise<TeamPage> {
  const team = new TeamPage(new Demo(await (await browser.newContext()).newPage(), server, path));
  await team.arrive(person);
  return team;
}

/** The same, made a member, and standing in the organization. */
export async function member(browser: Browser, demo: Demo, person: Person, [id, name]: [string, string]): Promise<TeamPage> {
  const team = await elsewhere(browser, demo, person);
  await demo.server.operate('organization', 'add', id, person.email);
  await team.open();
  await team.goTo(name);
  return team;
}
