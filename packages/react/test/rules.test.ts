// @vitest-environment node
/** scripts/rules.mjs, on little repositories of its own. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const SCRIPT = join(import.meta.dirname, '../scripts/rules.mjs');
const DOCUMENT = '- **H01** One.\n- **H02** Two.\n- **H03** *Not built yet:* three.\n';

/** What the script says about these tests. Titles are put together here, so that it does not take them for ours. */
function check(document: string, ...titles: string[]): { status: number | null; said: string } {
  const root = mkdtempSync(join(tmpdir(), 'rules-'));
  try {
    for (const folder of ['docs', 'packages/react/test', 'e2e/tests']) mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, 'docs/HOOK.md'), document);
    writeFileSync(join(root, 'packages/react/test/a.test.ts'), titles.slice(0, 1).join('\n'));
    writeFileSync(join(root, 'e2e/tests/b.spec.ts'), titles.slice(1).join('\n'));
    writeFileSync(join(root, 'e2e/tests/no-test.ts'), title(9));
    const { status, stdout, stderr } = spawnSync('node', [SCRIPT, root], { encoding: 'utf8' });
    return { status, said: stdout + stderr };
  } finally {
    rmSync(root, { recursive: true });
  }
}

const title = (rule: number, call = 'test'): string => `${call}('H0${rule} holds', () => undefined);`;

test('every built rule with a test is fine', () => {
  const { status, said } = check(DOCUMENT, title(1), title(2));
  expect(said).toContain('2 rules, each with a test, in 2 files; 1 are not built yet');
  expect(status).toBe(0);
});

test('a table of tests counts, in one line or in two', () => {
  expect(check(DOCUMENT, title(1, 'test.for([1])'), title(2, 'test.for([\n  1,\n])').replace("('", "(\n  '")).status).toBe(0);
});

test.for([
  ['a rule without a test', [title(1)], 'H02 has no test'],
  ['a rule whose only test is skipped', [title(1), title(2, 'test.skip')], 'H02 has no test'],
  ['a number that is no rule', [title(1), title(2), title(4)], 'e2e/tests/b.spec.ts: H04 is no rule'],
  ['a rule that is not built', [title(1), title(2), title(3)], 'H03 is not built yet'],
] as const)('%s is not', ([, titles, expected]) => {
  const { status, said } = check(DOCUMENT, ...titles);
  expect(said).toContain(expected);
  expect(status).toBe(1);
});

test('a document without rules is not', () => {
  expect(check('# Nothing\n')).toMatchObject({ status: 1, said: 'docs/HOOK.md has no rules\n' });
});
