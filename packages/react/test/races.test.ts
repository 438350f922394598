/**
 * Several tabs, one server, one stream, and nothing comes in the order in which it was sent (world.ts). Each round is a
 * number; `RACE=17` repeats the one that failed. The same rounds must fail when a check is taken out of the code.
 */
import { expect, test } from 'vitest';
import { withBreak } from './broken.js';
import { type Code, race } from './race.js';

const ROUNDS = 200;
const CODE = `export * from './client.ts'; export * from './error.ts';`;

/** Tells the stories until one fails. */
async function races(code: Code, seeds: readonly number[]): Promise<number> {
  let said = 0;
  for (const seed of seeds) {
    try {
      said += await race(seed, code);
    } catch (error) {
      throw new Error(`RACE=${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
  return said;
}

const seeds = (count: number): number[] => Array.from({ length: count }, (_, seed) => seed);

test('H13 H15 H33 whatever comes when, no tab goes back, no token is another’s, all end alike', async () => {
  const only = process.env['RACE'];
  const said = await races(await withBreak<Code>(CODE), only ? [Number(only)] : seeds(ROUNDS));
  if (!only) expect(said, 'the stream has a part in it').toBeGreaterThan(ROUNDS);
}, 300_000);

test.for([
  ['older overwrites newer', 'order.ts', 'ahead > 0 ||', 'true ||'],
  ['between sessions whatever comes last wins', 'order.ts', ': sent > held.sent', ': true'],
  ['a token that was asked for before a change is delivered', 'tokens.ts', ' && kept === this.#kept', ''],
  ['a token is not looked at', 'client.ts', 'token?.signin_id === signIn.id && [revision', 'token !== undefined && [revision'],
  ['a token of a revision that nobody has seen is used', 'client.ts', ' && [revision, this.session().revision].includes(token.revision)', ''],
  ['a broadcast about another session is not read', 'client.ts', 'this.#heard = this.#heard.then(() => this.#read(POLL, told));', ''],
  ['the leader keeps what it has read to itself', 'notices.ts', 'this.#shown.presence.tell(', 'void ('],
  ['what is told is not read', 'notices.ts', 'await this.#shown.read(told, this.#end)', 'await true'],
  ['a read goes beside a mutation', 'client.ts', 'while (this.#held && this.#queue.busy) await this.#queue.busy;', ''],
  ['a stream that ends stays closed', 'stream.ts', 'while (!this.#isOver) {', '{'],
  ['a session that changes is not followed', 'events.ts', 'else if (this.#standing) this.#restart();', 'else if (this.#standing) return;'],
] as const)('H13 H15 H33 the races notice when %s', { timeout: 300_000 }, async ([, file, from, to]) => {
  const code = await withBreak<Code>(CODE, { file, from, to });
  await expect(races(code, seeds(4 * ROUNDS))).rejects.toThrow(/^RACE=/);
});
