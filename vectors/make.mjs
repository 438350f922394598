// Writes tokens.json, the vectors that every verifier of Keyrack's tokens is tried with: `node vectors/make.mjs`.
// The keys are drawn anew each time and their private halves are kept nowhere.
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';

const ISSUER = 'https://auth.example.com';
const NOW = 1_800_000_000;
const SKEW = 5;
/** What is allowed in every vector that does not say otherwise: where keys of several kinds are believed there is more to confuse. */
const ALGORITHMS = ['ES256', 'EdDSA', 'RS256'];

const b64 = (bytes) => Buffer.from(bytes).toString('base64url');
const json = (value) => b64(JSON.stringify(value));

// --- Keys -----------------------------------------------------------------------------------------------------------

function key(kid, alg, type, options, more = {}) {
  const { publicKey, privateKey } = generateKeyPairSync(type, options);
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg, ...more };
  for (const name of Object.keys(jwk)) if (jwk[name] === undefined) delete jwk[name];
  return { kid, alg, jwk, publicKey, privateKey };
}

const p256 = { namedCurve: 'P-256' };
const es256 = key('key_es', 'ES256', 'ec', p256);
const eddsa = key('key_ed', 'EdDSA', 'ed25519', {});
const rs256 = key('key_rs', 'RS256', 'rsa', { modulusLength: 2048 });
const es384 = key('key_es384', 'ES384', 'ec', { namedCurve: 'P-384' });
const short = key('key_short', 'RS256', 'rsa', { modulusLength: 1024 });
const encrypts = key('key_enc', 'ES256', 'ec', p256, { use: 'enc' });
const wraps = key('key_ops', 'ES256', 'ec', p256, { use: undefined, key_ops: ['deriveBits'] });
const anyAlg = key('key_any', 'ES256', 'ec', p256, { alg: undefined });
const confused = key('key_confused', 'ES256', 'ec', p256, { alg: 'RS256' });
const secp = key('key_secp', 'ES256', 'ec', { namedCurve: 'secp256k1' });
const offCurve = key('key_off', 'ES256', 'ec', p256);
offCurve.jwk.y = b64(Buffer.from(offCurve.jwk.y, 'base64url').map((byte, at) => (at === 31 ? byte ^ 1 : byte)));
const oct = { jwk: { kty: 'oct', kid: 'key_oct', use: 'sig', alg: 'HS256', k: b64(Buffer.alloc(32, 7)) } };
const tenant = key('key_tenant', 'ES256', 'ec', p256); // of another deployment: not published here
const stranger = key('key_es', 'ES256', 'ec', p256); // who names a key of ours

const published = [es256, eddsa, rs256, es384, short, encrypts, wraps, anyAlg, confused, secp, offCurve, oct];

// --- Tokens ---------------------------------------------------------------------------------------------------------

const claims = (more = {}) => {
  const all = {
    iss: ISSUER, sub: 'usr_1', sid: 'ses_1', sess: 'ses_1', session_id: 'ses_1', signin_id: 'sin_1', rev: 7,
    iat: NOW, nbf: NOW - 5, exp: NOW + 60, jti: 'tok_1', ...more,
  };
  for (const name of Object.keys(all)) if (all[name] === undefined) delete all[name];
  return all;
};
const header = (signer, more = {}) => {
  const all = { typ: 'JWT', alg: signer.alg, kid: signer.kid, ...more };
  for (const name of Object.keys(all)) if (all[name] === undefined) delete all[name];
  return all;
};

function signature(signer, input, alg = signer.alg) {
  const bytes = Buffer.from(input);
  if (alg === 'EdDSA') return sign(null, bytes, signer.privateKey);
  if (alg.startsWith('ES')) return sign(`sha${alg.slice(2)}`, bytes, { key: signer.privateKey, dsaEncoding: 'ieee-p1363' });
  if (alg.startsWith('RS')) return sign(`sha${alg.slice(2)}`, bytes, signer.privateKey);
  if (alg.startsWith('PS')) return sign(`sha${alg.slice(2)}`, bytes, { key: signer.privateKey, padding: 6, saltLength: 32 });
  throw new Error(alg);
}
/** Both halves as they are, and whatever signature. */
const join = (head, body, signed) => `${head}.${body}.${b64(signed)}`;
/** Signed by the right key over whatever parts. */
const signedParts = (signer, head, body, alg) => join(head, body, signature(signer, `${head}.${body}`, alg));
const token = (signer, body = claims(), more = {}) => signedParts(signer, json(header(signer, more)), json(body));
const hmac = (secret, more = {}) => {
  const input = `${json({ typ: 'JWT', alg: 'HS256', kid: es256.kid, ...more })}.${json(claims())}`;
  return `${input}.${b64(createHmac('sha256', secret).update(input).digest())}`;
};
const flipped = (text, at) => {
  const bytes = Buffer.from(text, 'base64url');
  bytes[at < 0 ? bytes.length + at : at] ^= 1;
  return b64(bytes);
};
const cut = (text) => text.split('.');

// --- Vectors --------------------------------------------------------------------------------------------------------

const vectors = [];
const add = (name, expect, token, more = {}) => vectors.push({ name, expect, ...more, token });
const good = (name, token, more) => add(name, 'ok', token, more);
const bad = (name, token, more) => add(name, 'token_invalid', token, more);

for (const signer of [es256, eddsa, rs256]) good(`signed with ${signer.alg}`, token(signer));
for (const signer of [eddsa, rs256]) {
  good(`${signer.alg} where it alone is allowed`, token(signer), { algorithms: [signer.alg] });
  bad(`i01 ${signer.alg} where another is allowed`, token(signer), { algorithms: ALGORITHMS.filter((one) => one !== signer.alg) });
  bad(`i01 ${signer.alg} where nobody said what is allowed`, token(signer), { algorithms: null });
}
good('ES256 where nobody said what is allowed', token(es256), { algorithms: null });
bad('i01 ES256 where others are allowed', token(es256), { algorithms: ['EdDSA', 'RS256'] });
good('a type in small letters', token(es256, claims(), { typ: 'jwt' }));
good('members of the header that decide nothing', token(es256, claims(), { x5t: 'abc', extra: { a: 1 } }));
good('claims that nobody asked for', token(es256, claims({ claims: { plan: 'pro' }, 'https://x.example/role': ['a'] })));
good('no time from which on it is valid', token(es256, claims({ nbf: undefined })));
good('no id of its own', token(es256, claims({ jti: undefined })));
good('an organization, a workspace and permissions', token(es256, claims({
  organization: 'org_1', workspace: 'wsp_1',
  permissions: { organization: ['organization:read', 'billing:manage'], workspace: ['workspace:read'] },
  organization_permissions: ['organization:read', 'billing:manage'], workspace_permissions: ['workspace:read'],
})), { has: ['organization:read', 'billing:manage', 'workspace:read'], lacks: ['billing', 'billing:manage ', '', 'workspace:write'] });
good('no organization and so no permission', token(es256), { lacks: ['organization:read'] });
good('an actor', token(es256, claims({ act: { sub: 'usr_admin' } })), { actor: 'usr_admin' });
good('a proof of three minutes ago', token(es256, claims({ auth_time: NOW - 180, amr: ['pwd', 'otp'] })), { proved_s_ago: 180 });
good('a time of proof that is not said', token(es256), { proved_s_ago: null });

const skewed = token(es256);
good('in the last second of the skew', skewed, { at: NOW + 60 + SKEW - 1 });
add('expired by more than the skew', 'token_expired', skewed, { at: NOW + 60 + SKEW });
add('expired long ago', 'token_expired', token(es256, claims({ iat: 1, nbf: 1, exp: 2 })));
good('not valid yet by less than the skew', token(es256, claims({ nbf: NOW + SKEW })));
add('not valid yet', 'token_not_yet_valid', token(es256, claims({ nbf: NOW + SKEW + 1 })));
good('issued ahead by less than the skew', token(es256, claims({ iat: NOW + SKEW })));
add('issued in the future', 'token_not_yet_valid', token(es256, claims({ iat: NOW + SKEW + 1, nbf: undefined })));

for (const iss of [`${ISSUER}/`, 'https://AUTH.example.com', 'https://auth.example.com.evil.example', 'http://auth.example.com', 'auth.example.com', '']) {
  add(`i04 the issuer ${JSON.stringify(iss)}`, 'token_wrong_issuer', token(es256, claims({ iss })));
}
bad('i04 an issuer that is a list', token(es256, claims({ iss: [ISSUER] })));
add('i04 an audience where none is expected', 'token_wrong_audience', token(es256, claims({ aud: 'https://api.example.com' })));
add('i04 an empty list of audiences where none is expected', 'token_wrong_audience', token(es256, claims({ aud: [] })));
good('i04 the audience', token(es256, claims({ aud: 'billing' })), { audience: 'billing' });
good('i04 the audience among others', token(es256, claims({ aud: ['shop', 'billing'] })), { audience: 'billing' });
add('i04 another audience', 'token_wrong_audience', token(es256, claims({ aud: 'shop' })), { audience: 'billing' });
add('i04 a longer audience', 'token_wrong_audience', token(es256, claims({ aud: 'billing2' })), { audience: 'billing' });
add('i04 no audience where one is expected', 'token_wrong_audience', token(es256), { audience: 'billing' });
bad('i04 an audience that is a number', token(es256, claims({ aud: 7 })), { audience: '7' });
bad('i04 audiences that are not all texts', token(es256, claims({ aud: ['billing', 7] })), { audience: 'billing' });
bad('i04 a token of another deployment', token(tenant));
bad('i04 a token of another deployment under a key id of ours', token(tenant, claims(), { kid: es256.kid }));
for (const typ of ['at+jwt', 'id+jwt', 'secevent+jwt', 'JOSE', 'application/jwt', '', 7, null, ['JWT']]) {
  bad(`i04 the type ${JSON.stringify(typ)}`, token(es256, claims(), { typ }));
}
bad('i04 no type', token(es256, claims(), { typ: undefined }));

for (const alg of ['none', 'None', 'nOnE', 'NONE', '']) {
  const input = `${json({ typ: 'JWT', alg, kid: es256.kid })}.${json(claims())}`;
  bad(`i01 alg ${JSON.stringify(alg)} without a signature`, `${input}.`);
  bad(`i01 alg ${JSON.stringify(alg)} with some signature`, `${input}.AAAA`);
}
for (const alg of [undefined, null, 7, ['ES256'], 'es256', 'ES256 ']) {
  bad(`i01 alg ${JSON.stringify(alg) ?? 'absent'}`, signedParts(es256, json(header(es256, { alg })), json(claims()), 'ES256'));
}
const pem = es256.publicKey.export({ type: 'spki', format: 'pem' });
const point = Buffer.concat([Buffer.from([4]), Buffer.from(es256.jwk.x, 'base64url'), Buffer.from(es256.jwk.y, 'base64url')]);
const secrets = {
  'PEM': pem, 'PEM without its last newline': pem.trimEnd(), 'DER': es256.publicKey.export({ type: 'spki', format: 'der' }),
  'JWK': JSON.stringify(es256.jwk), 'point': point, 'first coordinate': es256.jwk.x, 'nothing': '',
};
for (const [name, secret] of Object.entries(secrets)) bad(`i01 HS256 with the public key as ${name}`, hmac(secret));
const rsaPem = rs256.publicKey.export({ type: 'spki', format: 'pem' });
for (const [name, secret] of [['PEM', rsaPem], ['DER', rs256.publicKey.export({ type: 'spki', format: 'der' })]]) {
  bad(`i01 HS256 with the RSA key as ${name}`, hmac(secret, { kid: rs256.kid }));
}
bad('i01 HS256 with a published secret', hmac(Buffer.alloc(32, 7), { kid: 'key_oct' }));
bad('i01 ES256 with the key of RS256', token(es256, claims(), { kid: rs256.kid }));
bad('i01 ES256 that says RS256', signedParts(es256, json(header(es256, { alg: 'RS256' })), json(claims()), 'ES256'));
bad('i01 EdDSA that says ES256', signedParts(eddsa, json(header(eddsa, { alg: 'ES256' })), json(claims()), 'EdDSA'));
for (const alg of ['RS384', 'RS512', 'PS256']) {
  bad(`i01 the key of RS256 used with ${alg}`, signedParts(rs256, json(header(rs256, { alg })), json(claims()), alg));
}
bad('i01 ES384, which is not allowed', token(es384));
bad('i01 a key that names no algorithm', token(anyAlg));
bad('i01 a key that names another algorithm than its own', token(confused));
bad('i01 a key for encryption', token(encrypts));
bad('i01 a key whose operations are others', token(wraps));
bad('i01 a key of another curve', token(secp));
bad('i01 a key whose point is on no curve', token(offCurve));
bad('i01 an RSA key of 1024 bits', token(short));
bad('i01 a stranger who names a key of ours', token(stranger));

const [head, body, signed] = cut(token(es256));
bad('i01 the signature of another token', join(head, json(claims({ sub: 'usr_2' })), Buffer.from(signed, 'base64url')));
bad('i01 no signature', `${head}.${body}.`);
bad('i01 no signature and no dot', `${head}.${body}`);
bad('i01 a signature of zeros', join(head, body, Buffer.alloc(64)));
bad('i01 a signature in DER', join(head, body, sign('sha256', Buffer.from(`${head}.${body}`), es256.privateKey)));
bad('i01 a signature a byte short', join(head, body, Buffer.from(signed, 'base64url').subarray(0, 63)));
bad('i01 a signature a byte long', join(head, body, Buffer.concat([Buffer.from(signed, 'base64url'), Buffer.alloc(1)])));
for (const at of [0, 31, 32, -1]) bad(`i01 bit flipped in byte ${at} of the signature`, `${head}.${body}.${flipped(signed, at)}`);
bad('i01 a character flipped in the claims', `${head}.${flipped(body, 20)}.${signed}`);
bad('i01 a character flipped in the header', `${flipped(head, 20)}.${body}.${signed}`);
bad('i01 the flattened JSON serialisation', JSON.stringify({ protected: head, payload: body, signature: signed }));
bad('i01 the general JSON serialisation', JSON.stringify({ payload: body, signatures: [{ protected: head, signature: signed }] }));
for (const [name, text] of Object.entries({
  'nothing': '', 'one part': head, 'a dot': '.', 'two dots': '..', 'three dots': '...', 'an empty header': `.${body}.${signed}`,
  'empty claims': `${head}..${signed}`, 'a fourth part': `${head}.${body}.${signed}.${signed}`, 'words': 'not a token',
  'a percent sign': '%00', 'a long text': 'a'.repeat(20_000), 'many dots': '.'.repeat(5_000),
})) bad(`a21 ${name}`, text);
bad('a21 padded', `${head}.${body}.${signed}==`);
bad('a21 the other alphabet', signedParts(es256, json(header(es256)), b64(JSON.stringify(claims({ x: '~~~???>>>' }))).replaceAll('_', '/').replaceAll('-', '+')));
bad('a21 a newline in the claims', signedParts(es256, head, `${body.slice(0, 20)}\n${body.slice(20)}`));
bad('a21 a space at the end', `${head}.${body}.${signed} `);
bad('a21 bits that no byte has', `${head}.${body}.${signed.slice(0, -1)}${{ A: 'B', Q: 'R', g: 'h', w: 'x' }[signed.at(-1)]}`);
bad('a21 a header that is not JSON', signedParts(es256, b64('{"alg":'), body));
bad('a21 a header that is a list', signedParts(es256, json([]), body));
bad('a21 a header that is not UTF-8', signedParts(es256, b64(Buffer.from([0x7b, 0xff, 0x7d])), body));
bad('a21 claims that are not JSON', signedParts(es256, head, b64('nothing')));
bad('a21 claims that are not UTF-8', signedParts(es256, head, b64(Buffer.concat([Buffer.from(JSON.stringify(claims()).slice(0, -2)), Buffer.from([0xff, 0x22, 0x7d])]))));
for (const value of [null, [], 'text', 7, true]) bad(`a21 claims that are ${JSON.stringify(value)}`, signedParts(es256, head, json(value)));
bad('a21 claims after claims', signedParts(es256, head, b64(JSON.stringify(claims()) + JSON.stringify(claims()))));
bad('a21 a well signed token that is too long', token(es256, claims({ x: 'y'.repeat(20_000) })));

for (const kid of [undefined, null, 7, '', '../../dev/null', "x' or '1'='1", 'kéy', '__proto__', 'constructor', 'key_es\u0000', 'k'.repeat(9_000)]) {
  const shown = JSON.stringify(kid)?.slice(0, 30) ?? 'absent';
  bad(`i02 kid ${shown}`, token(es256, claims(), { kid }));
}
const evil = { jku: 'https://evil.example/jwks.json', x5u: 'https://evil.example/cert.pem', x5c: ['MIIB'], jwk: stranger.jwk };
for (const [name, value] of Object.entries(evil)) {
  bad(`i02 ${name} of a stranger`, token(stranger, claims(), { [name]: value }));
  bad(`i02 ${name} in a well signed token`, token(es256, claims(), { [name]: value }));
}
bad('i02 a key in the header and no key id', token(stranger, claims(), { jwk: stranger.jwk, kid: undefined }));
bad('i02 crit that nobody understands', token(es256, claims(), { crit: ['x'], x: 1 }));
bad('i02 crit that names a claim', token(es256, claims(), { crit: ['exp'] }));
bad('i02 an empty crit', token(es256, claims(), { crit: [] }));
bad('i02 b64 that is false', token(es256, claims(), { b64: false }));
bad('i02 b64 that is false and critical', token(es256, claims(), { b64: false, crit: ['b64'] }));
bad('i11 zip', token(es256, claims(), { zip: 'DEF' }));
bad('i11 five parts', `${json({ alg: 'RSA-OAEP', enc: 'A256GCM', zip: 'DEF', kid: rs256.kid })}.AAAA.AAAA.AAAA.AAAA`);
bad('i11 five parts that ask for much work', `${json({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 2 ** 31, p2s: 'AAAA' })}.AAAA.AAAA.AAAA.AAAA`);
bad('i11 a token in a token', signedParts(es256, json(header(es256, { cty: 'JWT' })), b64(token(es256))));

for (const name of ['iss', 'sub', 'sid', 'signin_id', 'rev', 'iat', 'exp']) {
  bad(`i09 no ${name}`, token(es256, claims({ [name]: undefined })));
  bad(`i09 ${name} that is null`, token(es256, claims({ [name]: null })));
}
for (const name of ['sub', 'sid', 'signin_id']) {
  bad(`i09 ${name} that is a number`, token(es256, claims({ [name]: 7 })));
  bad(`i09 ${name} that is empty`, token(es256, claims({ [name]: '' })));
}
for (const name of ['exp', 'nbf', 'iat', 'rev']) {
  bad(`i09 ${name} that is a text`, token(es256, claims({ [name]: String(NOW + 60) })));
  bad(`i09 ${name} that is a list`, token(es256, claims({ [name]: [NOW] })));
  bad(`i09 ${name} with a fraction`, token(es256, claims({ [name]: NOW + 0.5 })));
}
const raw = (name, text) => b64(JSON.stringify(claims({ [name]: 'HERE' })).replace('"HERE"', text));
bad('i09 an end beyond all numbers', signedParts(es256, head, raw('exp', '1e400')));
bad('i09 an end in far too many digits', signedParts(es256, head, raw('exp', '99999999999999999999')));
bad('i09 an end in the future and one in the past', signedParts(es256, head, raw('exp', `1,"exp":${NOW + 60}`)), { only: 'rust' });
bad('i09 a negative revision', token(es256, claims({ rev: -1 })));
bad('i09 an organization that is a number', token(es256, claims({ organization: 7 })));
bad('i09 permissions that are a text', token(es256, claims({ permissions: 'billing:manage' })));
bad('i09 permissions that are not texts', token(es256, claims({ permissions: { organization: [7], workspace: [] } })));
bad('i09 an actor that is a text', token(es256, claims({ act: 'usr_admin' })));

const ended = [{ signin_id: 'sin_1', not_before_rev: 8 }];
add('a sign-in that ended', 'token_revoked', token(es256), { revocations: ended });
good('minted after what was taken', token(es256, claims({ rev: 8 })), { revocations: ended });
good('another sign-in ended', token(es256, claims({ signin_id: 'sin_2' })), { revocations: ended });
add('the later of two revocations', 'token_revoked', token(es256, claims({ rev: 8 })), {
  revocations: [{ signin_id: 'sin_1', not_before_rev: 9 }, { signin_id: 'sin_1', not_before_rev: 8 }],
});
add('expired and revoked', 'token_expired', token(es256, claims({ iat: 1, nbf: 1, exp: 2 })), { revocations: ended });
bad('revoked, and forged', token(stranger), { revocations: ended });

// --- Headers and streams --------------------------------------------------------------------------------------------

const authorization = [
  ['Bearer abc', 'abc'], ['bearer abc', 'abc'], ['BEARER abc', 'abc'], ['Bearer   abc', 'abc'], ['Bearer abc  ', 'abc'],
  ['Bearer', null], ['Bearer ', null], ['', null], ['abc', null], ['Basic abc', null], ['Bearerabc', null],
  ['Bearer a b', 'a b'], ['Bearer abc, Bearer def', 'abc, Bearer def'], ['Bearer\tabc', null], ['Bearer %E0%A4%A', '%E0%A4%A'],
].map(([header, token]) => ({ header, token }));

const one = (id, rev) => ({ signin_id: id, not_before_rev: rev });
const sse = (event, id, data) => `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
const snapshot = (...all) => sse('snapshot', 'e1.3', { window_ms: 65_000, revocations: all });
const revoked = (...all) => sse('revoked', 'e1.4', { revocations: all });
const streams = [
  { name: 'a snapshot and what follows', chunks: [`retry: 1000\n\n${snapshot(one('sin_1', 3))}`, revoked(one('sin_2', 5))], last_event_id: 'e1.4', known: { sin_1: 3, sin_2: 5 } },
  { name: 'cut anywhere', chunks: [...(snapshot(one('sin_1', 3)) + revoked(one('sin_1', 5)))], last_event_id: 'e1.4', known: { sin_1: 5 } },
  { name: 'lines that end in CR LF', chunks: [snapshot(one('sin_1', 3)).replaceAll('\n', '\r\n')], last_event_id: 'e1.3', known: { sin_1: 3 } },
  { name: 'older after newer', chunks: [snapshot(one('sin_1', 9)), revoked(one('sin_1', 4))], last_event_id: 'e1.4', known: { sin_1: 9 } },
  { name: 'a second snapshot takes nothing back', chunks: [snapshot(one('sin_1', 9)), snapshot()], last_event_id: 'e1.3', known: { sin_1: 9 } },
  { name: 'comments, events and members that are not known', chunks: [':\n\n', 'event: later\ndata: {"a":1}\n\n', sse('snapshot', 'e1.3', { window_ms: 65_000, more: true, revocations: [{ ...one('sin_1', 3), why: 'x' }] })], last_event_id: 'e1.3', known: { sin_1: 3 } },
  { name: 'an event that never ended', chunks: [snapshot(one('sin_1', 3)), 'event: revoked\nid: e1.9\ndata: {"revocations":[{"signin_id":"sin_2","not_before_rev":5}]}\n'], last_event_id: 'e1.3', known: { sin_1: 3 } },
  { name: 'data in several lines', chunks: ['event: snapshot\nid: e1.3\ndata: {"window_ms":65000,\ndata: "revocations":[{"signin_id":"sin_1","not_before_rev":3}]}\n\n'], last_event_id: 'e1.3', known: { sin_1: 3 } },
  { name: 'data that nobody understands', chunks: [snapshot(one('sin_1', 3)), 'event: revoked\nid: e1.4\ndata: nothing\n\n'], broken: true },
];

const file = { issuer: ISSUER, now: NOW, skew: SKEW, algorithms: ALGORITHMS, jwks: { keys: published.map(({ jwk }) => jwk) }, vectors, authorization, streams };
const text = JSON.stringify(file, null, 1).replace(/\[\n\s+"[^\]]{1,60}"\n\s+\]/g, (list) => list.replace(/\s+/g, ' '));
writeFileSync(new URL('tokens.json', import.meta.url), `${text}\n`);
console.log(`${vectors.length} tokens, ${authorization.length} headers, ${streams.length} streams`);
