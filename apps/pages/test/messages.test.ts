/** The texts: the same in every language, all of them used, and nothing shown that is none. */
import { ENGLISH, ENTRY_WORDS } from '@keyrack/react/ui';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import de from '../messages/de.json' with { type: 'json' };
import en from '../messages/en.json' with { type: 'json' };

const root = join(import.meta.dirname, '../../..');
const keys = Object.keys(en) as (keyof typeof en)[];

function sources(folder: string): string {
  const files = readdirSync(join(root, folder)).filter((name) => /\.(tsx?|rs)$/.test(name));
  return files.map((name) => readFileSync(join(root, folder, name), 'utf8')).join('\n');
}

const used = sources('apps/pages/src') + sources('crates/server/src/pages') + sources('crates/server/src/handshake');

/** What the forms of the package say, under the names that the pages have for it. */
const words = new Map(
  Object.entries(ENGLISH).map(([name, text]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), text]),
);

test('every text is there in both languages, in the same order', () => {
  expect(Object.keys(de)).toEqual(Object.keys(en));
});

test.each(keys)('%s has the same placeholders in both languages, and is no leftover', (key) => {
  const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
  expect(placeholders(de[key])).toEqual(placeholders(en[key]));
  expect(en[key].trim()).not.toBe('');
  expect(de[key].trim()).not.toBe('');
  // Sentences about errors are looked up by code; the server's tests know every code.
  if (!key.startsWith('error_') && !words.has(key)) expect(used).toMatch(new RegExp(`['"]${key}['"]`));
});

test.each(ENTRY_WORDS)('what the forms say as %s is a text of the pages, with the same placeholders', (name) => {
  const key = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) as (typeof keys)[number];
  const inWords = [...ENGLISH[name].matchAll(/\{\w+\}/g)].map(([placeholder]) => placeholder);
  expect(keys).toContain(key);
  for (const [placeholder] of en[key].replaceAll('{app}', '').matchAll(/\{\w+\}/g)) expect(inWords).toContain(placeholder);
});

test('docs/PAGES.md lists every text as it is', () => {
  const [, table = ''] = readFileSync(join(root, 'docs/PAGES.md'), 'utf8').split('| name | in English |\n|---|---|\n');
  expect(table.trimEnd().split('\n')).toEqual(keys.map((key) => `| \`${key}\` | ${en[key]} |`));
});
