/**
 * Tabs with scopes of their own while nothing comes in the order in which it was sent (tab-race.ts). `RACE=17` repeats
 * the round that failed. The same rounds must fail when a check is taken out of the code.
 */
import { expect, test } from 'vitest';
import { withBreak } from './broken.js';
import type { Code } from './race.js';
import { tabRace } from './tab-race.js';

const ROUNDS = 200;
const CODE = `export * from './client.ts'; export * from './error.ts';`;

async function races(code: Code, seeds: readonly number[]): Promise<number> {
  let apart = 0;
  for (const seed of seeds) {
    try {
      apart += await tabRace(seed, code);
    } catch (error) {
      throw new Error(`RACE=${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
  return apart;
}

const seeds = (count: number): number[] => Array.from({ length: count }, (_, seed) => seed);

test('H40 whatever comes when, no tab moves another one, no token is of another scope, all share one session', async () => {
  const only = process.env['RACE'];
  const apart = await races(await withBreak<Code>(CODE), only ? [Number(only)] : seeds(ROUNDS));
  if (!only) expect(apart, 'tabs stand apart from each other').toBeGreaterThan(ROUNDS / 2);
}, 300_000);

test.for([
  ['requests name no scope', 'tab.ts', '{ ...request, path: path + query }', 'request'],
  ['a refused scope is kept', 'tab.ts', 'if (this.#scope === scope) {', 'if (false) {'],
  ['a tab goes where the session goes', 'tab.ts', 'if (!inScope(shared, this.#scope))', 'if (true)'],
  ['a switch is told to other tabs as it is seen here', 'client.ts', 'this.#presence.tell(this.session());', 'this.#presence.tell(this.#shown());'],
  ['a switch is taken for what all tabs share', 'tab.ts', 'return await this.#switched(data as Partial<Session>);', 'return void (await this.#switched(data as Partial<Session>)) ?? data;'],
  ['tokens of another scope are kept', 'client.ts', 'if (actsFor(before) !== actsFor(now)) this.#tokens.clear();', ''],
  ['a membership that ended is not asked about', 'tab.ts', "this.send({ path: '/me', actor })", 'Promise.resolve()'],
  ['a scope is not kept through a reload', 'tab.ts', 'return this.#storage?.getItem(this.#name) ?? this.#fallback;', 'return this.#fallback;'],
] as const)('H40 the races notice when %s', { timeout: 300_000 }, async ([, file, from, to]) => {
  const code = await withBreak<Code>(CODE, { file, from, to });
  await expect(races(code, seeds(2 * ROUNDS))).rejects.toThrow(/^RACE=/);
});
