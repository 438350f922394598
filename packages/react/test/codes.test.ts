/** What the comments and the README say of errors: every code that they name exists. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const found = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, first = '']) => first);

const [, refusals = ''] = read('packages/react/src/types.gen.ts').split('export type InvitationRefusal =');
const server = [
  ...found(read('crates/protocol/src/error.rs'), /^ {4}\w+ = "(\w+)", \d{3}, /gm),
  ...found(refusals.split(';')[0] ?? '', /"(\w+)"/g),
];
const [, union = ''] = read('packages/react/src/error.ts').split('export type ClientErrorCode =');
const client = found(union.split(';')[0] ?? '', /'(\w+)'/g);

/** Every file of the package, and what each of its comments says after `@throws KeyrackError`. */
const thrown = readdirSync(join(root, 'packages/react/src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .flatMap((file) => found(read(join('packages/react/src', file)), /@throws KeyrackError([\s\S]*?)(?=\n\s*\*\s*\n|@|\*\/)/g).map((said) => ({ file, said })));

test('every code that a comment names after @throws is one of the server’s or of the client’s', () => {
  expect(server).toContain('INVALID_CREDENTIALS');
  expect(client).toContain('passkey_cancelled');
  expect(thrown.length).toBeGreaterThan(30);
  const named = thrown.flatMap(({ file, said }) => found(said, /`([a-z]+(?:_[a-z]+)+|[A-Z]+(?:_[A-Z]+)+)`/g).map((code) => ({ file, code })));
  expect(named.length).toBeGreaterThan(60);
  expect(named.filter(({ code }) => ![...server, ...client].includes(code))).toEqual([]);
});

test('the README lists every code of the client', () => {
  const listed = found(read('packages/react/README.md'), /^\| `(\w+)` \|/gm);
  expect(client.filter((code) => !listed.includes(code))).toEqual([]);
});
