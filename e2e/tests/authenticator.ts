/** Chromium's virtual authenticator: a device that makes passkeys and says yes. */
import type { CDPSession, Page } from '@playwright/test';

export class Device {
  private constructor(
    readonly cdp: CDPSession,
    readonly id: string,
  ) {}

  /** Plugs one into a tab. */
  static async plug(page: Page): Promise<Device> {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('WebAuthn.enable', { enableUI: false });
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

  /** Whether the person is there: without, whatever asks waits. */
  async present(isThere: boolean): Promise<void> {
    await this.cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: this.id, enabled: isThere });
  }

  /** How many passkeys it holds. */
  async count(): Promise<number> {
    return (await this.cdp.send('WebAuthn.getCredentials', { authenticatorId: this.id })).credentials.length;
  }
}
