import type { CDPSession, Page } from '@playwright/test';

/** A passkey as Chromium's authenticator keeps it. */
export interface Credential {
  readonly credentialId: string;
  readonly isResidentCredential: boolean;
  readonly rpId?: string;
  readonly userHandle?: string;
  readonly privateKey: string;
  readonly signCount: number;
}

/** Chromium's own virtual authenticator, as a device that its person has unlocked. */
export class Device {
  private constructor(
    readonly cdp: CDPSession,
    readonly id: string,
  ) {}

  /** Plugs one into the page's browser. */
  static async in(page: Page): Promise<Device> {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return new Device(cdp, authenticatorId);
  }

  /** Whether it makes sure who is there. */
  async verifies(isUserVerified: boolean): Promise<void> {
    await this.cdp.send('WebAuthn.setUserVerified', { authenticatorId: this.id, isUserVerified });
  }

  /** Its passkeys. */
  async credentials(): Promise<Credential[]> {
    const { credentials } = await this.cdp.send('WebAuthn.getCredentials', { authenticatorId: this.id });
    return credentials;
  }

  /** Puts a passkey into it, as whoever copied one would. */
  async put(credential: Credential): Promise<void> {
    await this.cdp.send('WebAuthn.addCredential', { authenticatorId: this.id, credential: { ...credential } });
  }

  /** Takes all its passkeys out. */
  async clear(): Promise<void> {
    await this.cdp.send('WebAuthn.clearCredentials', { authenticatorId: this.id });
  }
}

/** What the API answered. */
export interface Answer {
  readonly status: number;
  readonly code: string | null;
  readonly data: unknown;
}

/** Calls the API from the page, as its own script would. */
export async function call(page: Page, method: string, path: string, body?: unknown): Promise<Answer> {
  return await page.evaluate(
    async ([method, path, body]) => {
      const init: RequestInit = { method: method as string };
      if (body !== null) Object.assign(init, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
      const response = await fetch(path as string, init);
      const answer = (await response.json()) as { data: unknown; errors: { code: string }[] | null };
      return { status: response.status, code: answer.errors?.[0]?.code ?? null, data: answer.data };
    },
    [method, path, body ?? null] as const,
  );
}

/** Makes a passkey, as a page does it; the name of what the browser threw when the device refused. */
export async function register(page: Page): Promise<Answer | string> {
  const begun = await call(page, 'POST', '/me/passkeys/register/begin');
  const made = await page.evaluate(async (begun) => {
    const { options } = begun as { options: { publicKey: PublicKeyCredentialCreationOptionsJSON } };
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey);
    try {
      return ((await navigator.credentials.create({ publicKey })) as PublicKeyCredential).toJSON() as object;
    } catch (error) {
      return (error as Error).name;
    }
  }, begun.data);
  return typeof made === 'string' ? made : await call(page, 'POST', '/me/passkeys/register/finish?name=Laptop', made);
}

/** Signs in with whatever passkey the device has; `conditional` waits in a form until one is chosen there. */
export async function signIn(page: Page, mediation: 'optional' | 'conditional'): Promise<Answer | string> {
  const begun = await call(page, 'POST', '/auth/passkey/login/begin');
  const signed = await sign(page, begun.data, mediation);
  return typeof signed === 'string' ? signed : await call(page, 'POST', '/auth/passkey/login/finish', signed);
}

/** Lets the device sign. */
export async function sign(page: Page, data: unknown, mediation: 'optional' | 'conditional'): Promise<object | string> {
  return await page.evaluate(
    async ([data, mediation]) => {
      const { options } = data as { options: { publicKey: PublicKeyCredentialRequestOptionsJSON } };
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey);
      const asked = { publicKey, mediation: mediation as CredentialMediationRequirement };
      try {
        return ((await navigator.credentials.get(asked)) as PublicKeyCredential).toJSON() as object;
      } catch (error) {
        return (error as Error).name;
      }
    },
    [data, mediation] as const,
  );
}
