/** What a client shows for what the server and the other tabs do: the same file is tried with the store for Rust programs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from './scripted.js';
import { scenarios } from './scripted-server.js';

test.for(scenarios.map(({ name, steps }) => [name, steps] as const))('%s', async ([, steps]) => {
  await run(steps);
});

test('a scenario that does not hold is noticed', async () => {
  const steps = [
    { open: {} },
    { answer: 'GET /session', session: { accounts: ['ada'] } },
    { expect: { active: 'sin_bob' } },
  ];
  await expect(run(steps)).rejects.toThrow('step 3 ({"expect":{"active":"sin_bob"}}): it is {"active":"sin_ada"}');
});

test('every rule has a row that says what of it is asked here, and a scenario if anything is', () => {
  const found = (file: string, what: RegExp): string[][] => {
    const text = readFileSync(join(import.meta.dirname, '../../..', file), 'utf8');
    return [...text.matchAll(what)].map(([, ...groups]) => groups);
  };
  const rules = found('docs/HOOK.md', /^- \*\*(H\d\d)\*\*/gm).flat();
  const rows = found('vectors/SCENARIOS.md', /^\| \*\*(H\d\d)\*\* \| (.+?) \| (.*)\|$/gm);
  expect(rows.map(([rule]) => rule)).toEqual(rules.sort());
  const asked = rows.filter(([, here]) => here !== '—').map(([rule]) => rule);
  expect([...new Set(scenarios.map(({ name }) => name.slice(0, 3)))].sort()).toEqual(asked);
  const unexplained = rows.filter(([, here, why]) => here === '—' && !why?.trim());
  expect(unexplained).toEqual([]);
});
