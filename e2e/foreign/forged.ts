import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey, sign } from 'node:crypto';

type Json = Record<string, unknown>;

const packed = (value: Json): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A part of a token as JSON. */
export const unpacked = (part: string | undefined): Json => JSON.parse(Buffer.from(part ?? '', 'base64url').toString());

/** The public keys of an issuer. */
async function publicKeys(issuer: string): Promise<JsonWebKey[]> {
  return ((await (await fetch(`${issuer}/.well-known/jwks.json`)).json()) as { keys: JsonWebKey[] }).keys;
}

/** What somebody makes of a good token without the key that signed it, by what was done. */
export async function forged(good: string, issuer: string): Promise<Record<string, string>> {
  const [head = '', body = '', signature = ''] = good.split('.');
  const [header, claims] = [unpacked(head), unpacked(body)];
  const admin = packed({ ...claims, sub: 'usr_00000000000000000000000000' });
  const others = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signed = (first: string): string =>
    `${first}.${sign('sha256', Buffer.from(first), { key: others.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  const [key] = await publicKeys(issuer);
  if (!key) throw new Error('the issuer has no key');
  const pem = createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const hashed = `${packed({ ...header, alg: 'HS256' })}.${admin}`;
  const flipped = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
  return {
    'other claims under the same signature': `${head}.${admin}.${signature}`,
    'no signature': `${head}.${body}.`,
    'a signature with a bit changed': `${head}.${body}.${flipped}`,
    'a signature of nothing but zeros': `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`,
    'the algorithm none': `${packed({ ...header, alg: 'none' })}.${admin}.`,
    'the public key as the secret of HS256': `${hashed}.${createHmac('sha256', pem).update(hashed).digest('base64url')}`,
    "somebody's own key under the issuer's key id": signed(`${head}.${admin}`),
    'a key that comes along': signed(`${packed({ ...header, jwk: others.publicKey.export({ format: 'jwk' }) })}.${admin}`),
    'a key id of nobody': signed(`${packed({ ...header, kid: 'key_00000000000000000000000000' })}.${admin}`),
  };
}
