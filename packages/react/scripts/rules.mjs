/**
 * Compares the rules in docs/HOOK.md with the titles of the tests. Exits with 1 when a rule that is built has no test,
 * and when a test's number is no rule, or one that is not built.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = process.argv[2] ?? join(import.meta.dirname, '../../..');
const rules = rulesIn(readFileSync(join(root, 'docs/HOOK.md'), 'utf8'));
const files = ['packages/react/test', 'e2e'].flatMap((folder) => testFiles(join(root, folder)));
const tests = files.flatMap((file) => titles(file));

const tested = new Set(tests.map(({ rule }) => rule));
const untested = [...rules].filter(([rule, isBuilt]) => isBuilt && !tested.has(rule));
const wrong = tests.filter(({ rule }) => !rules.get(rule));

if (rules.size === 0) fail('docs/HOOK.md has no rules');
for (const [rule] of untested) fail(`${rule} has no test`);
for (const { rule, file } of wrong) {
  fail(`${relative(root, file)}: ${rule} is ${rules.has(rule) ? 'not built yet' : 'no rule'}, says docs/HOOK.md`);
}
if (!process.exitCode) {
  const built = [...rules.values()].filter(Boolean).length;
  console.log(`${built} rules, each with a test, in ${files.length} files; ${rules.size - built} are not built yet`);
}

function fail(message) {
  console.error(message);
  process.exitCode = 1;
}

/** `- **H01** …`; a rule that is not built begins with `*Not built yet:*`. */
function rulesIn(text) {
  const lines = text.matchAll(/^- \*\*(H\d\d)\*\* (\*Not built yet:\*)?/gm);
  return new Map([...lines].map(([, rule, notBuilt]) => [rule, !notBuilt]));
}

/** The numbers that titles of tests begin with. One that is skipped proves nothing. */
function titles(file) {
  const text = readFileSync(file, 'utf8').replace(/\.(skip|todo|fixme)\(\s*['"`]H/g, '');
  return [...text.matchAll(/\(\s*['"`](H\d\d)\b/g)].map(([, rule]) => ({ rule, file }));
}

function testFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : testFiles(path);
    return /\.(test|spec)\.[jt]sx?$/.test(entry.name) ? [path] : [];
  });
}
