/** Stands in for `navigator.credentials`: keeps what it is asked, and answers as a device would. */
import { vi } from 'vitest';

const buffer = (text: string): ArrayBuffer => new TextEncoder().encode(text).buffer as ArrayBuffer;
const textOf = (bytes: BufferSource | undefined): string => new TextDecoder().decode(bytes as ArrayBuffer);

export interface FakePasskeys {
  /** What the browser was asked, binary values as text. */
  readonly asked: Record<string, unknown>[];

  /** What the next question is refused with. */
  refusal: string | undefined;

  /** Whether the next question waits until it is taken back. */
  waits: boolean;
}

export function fakePasskeys(): FakePasskeys {
  const fake: FakePasskeys = { asked: [], refusal: undefined, waits: false };
  const refuse = (): void => {
    if (!fake.refusal) return;
    const name = fake.refusal;
    fake.refusal = undefined;
    throw new DOMException('refused', name);
  };
  vi.stubGlobal('PublicKeyCredential', class {});
  const credentials = {
    get: async ({ publicKey, ...more }: CredentialRequestOptions) => {
      fake.asked.push({
        challenge: textOf(publicKey?.challenge),
        allow: publicKey?.allowCredentials?.map(({ id }) => textOf(id)),
        ...more,
      });
      refuse();
      if (fake.waits) {
        fake.waits = false;
        await new Promise((_, reject) => more.signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError'))));
      }
      return {
        id: 'a2V5',
        rawId: buffer('key'),
        type: 'public-key',
        response: { clientDataJSON: buffer('data'), authenticatorData: buffer('auth'), signature: buffer('??>'), userHandle: buffer('ada') },
      };
    },
    create: async ({ publicKey }: CredentialCreationOptions) => {
      fake.asked.push({
        challenge: textOf(publicKey?.challenge),
        user: textOf(publicKey?.user.id),
        exclude: publicKey?.excludeCredentials?.map(({ id }) => textOf(id)),
      });
      refuse();
      return {
        id: 'a2V5',
        rawId: buffer('key'),
        type: 'public-key',
        response: { clientDataJSON: buffer('data'), attestationObject: buffer('object'), getTransports: () => ['internal'] },
      };
    },
  };
  Object.defineProperty(navigator, 'credentials', { value: credentials, configurable: true });
  return fake;
}

/** A text as the server sends binary values. */
export function base64url(text: string): string {
  return btoa(text).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}
