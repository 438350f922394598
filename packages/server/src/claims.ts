/** What the verified claims say, of the types that they must have. */
export interface Known {
  readonly iss: string;
  readonly sub: string;
  readonly sid: string;
  readonly signin_id: string;
  readonly rev: number;
  readonly iat: number;
  readonly exp: number;
  readonly nbf: number | undefined;
  readonly aud: readonly string[] | undefined;
  readonly jti: string | undefined;
  readonly azp: string | undefined;
  readonly organization: string | undefined;
  readonly workspace: string | undefined;
  readonly permissions: { readonly organization: readonly string[]; readonly workspace: readonly string[] };
  readonly auth_time: number | undefined;
  readonly amr: readonly string[];
  readonly act: { readonly sub: string } | undefined;
}

class Wrong extends Error {}

/** Reads claims; `undefined` if one that must be there is not, or is of another type. */
export function readClaims(claims: Record<string, unknown>): Known | undefined {
  const has = (name: string): boolean => Object.hasOwn(claims, name);
  const of = (name: string): unknown => (has(name) ? claims[name] : undefined);
  try {
    const known: Known = {
      iss: text(of('iss')),
      sub: id(of('sub')),
      sid: id(of('sid')),
      signin_id: id(of('signin_id')),
      rev: whole(of('rev')),
      iat: whole(of('iat')),
      exp: whole(of('exp')),
      nbf: maybe(of('nbf'), whole),
      aud: maybe(of('aud'), audiences),
      jti: maybe(of('jti'), text),
      azp: maybe(of('azp'), text),
      organization: maybe(of('organization'), text),
      workspace: maybe(of('workspace'), text),
      permissions: maybe(of('permissions'), permissions) ?? { organization: [], workspace: [] },
      auth_time: maybe(of('auth_time'), whole),
      amr: maybe(of('amr'), texts) ?? [],
      act: maybe(of('act'), actor),
    };
    return known.rev >= 0 ? known : undefined;
  } catch (error) {
    if (error instanceof Wrong) return undefined;
    throw error;
  }
}

function maybe<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined || value === null ? undefined : read(value);
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Wrong();
  return value;
}

function id(value: unknown): string {
  const read = text(value);
  if (!read) throw new Wrong();
  return read;
}

function whole(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new Wrong();
  return value as number;
}

function texts(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw new Wrong();
  return value.map(text);
}

function audiences(value: unknown): readonly string[] {
  return typeof value === 'string' ? [value] : texts(value);
}

function members(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || !value || Array.isArray(value)) throw new Wrong();
  return value as Record<string, unknown>;
}

function permissions(value: unknown): Known['permissions'] {
  const { organization, workspace } = members(value);
  return { organization: maybe(organization, texts) ?? [], workspace: maybe(workspace, texts) ?? [] };
}

function actor(value: unknown): { readonly sub: string } {
  return { sub: text(members(value)['sub']) };
}
