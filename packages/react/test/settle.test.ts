// @vitest-environment node
/**
 * The rule of H13 over random histories: sessions with revisions, of which some tabs see less than others, and answers,
 * broadcasts and relays of them in any order. The same property must fail when the rule is broken.
 */
import type { Session } from '@keyrack/react';
import { expect, test } from 'vitest';
import type { Arrived, Held, settle } from '../src/order.js';
import { withBreak } from './broken.js';
import { session } from './fixtures.js';
import { chance } from './world.js';

const ROUNDS = 500;
const STEPS = 30;

interface Code {
  readonly settle: typeof settle;
}

/** What arrives next. The same revision may be seen by a rack that opens all of it, or less. */
function arrival(pick: <T>(choices: readonly T[]) => T, sent: number): Arrived {
  const from = pick(['read', 'mutation', 'broadcast', 'relay'] as const);
  const [id, revision] = [pick(['ses_1', 'ses_1', 'ses_2', '']), pick([1, 2, 3, 4])];
  const seen = session(pick([['ada', 'bob'], ['bob'], ['ada']]), revision);
  const told = from === 'broadcast' || from === 'relay';
  return { session: { ...seen, id }, sent: told ? 0 : sent, from: from === 'relay' ? 'read' : from };
}

function same(a: Session, b: Session): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** What the rule says of one arrival, case by case. */
function check(held: Held, next: Arrived, now: Held): void {
  const [was, is, came] = [held.session, now.session, next.session];
  expect(now.sent, 'the latest request is remembered').toBe(Math.max(held.sent, next.sent));
  if (same(was, came)) return expect(is, 'the very same object').toBe(was);
  if (came.id !== was.id) return expect(is, 'the later request decides').toBe(next.sent > held.sent ? came : was);
  if (came.revision < was.revision) return expect(is, 'older never overwrites newer').toBe(was);
  if (came.revision > was.revision) return expect(is, 'newer overwrites').toBe(came);
  expect(is, 'at an equal revision only a mutation overwrites').toBe(next.from === 'read' ? was : came);
}

function story(seed: number, code: Code): void {
  const draw = chance(seed);
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(draw() * choices.length)] as T;
  // Requests are numbered as they are sent and answered in any order.
  const numbers = Array.from({ length: STEPS }, (_, index) => index + 1).sort(() => draw() - 0.5);
  let held = code.settle(undefined, arrival(pick, 0));
  for (const sent of numbers) {
    const next = arrival(pick, sent);
    const now = code.settle(held, next);
    check(held, next, now);
    held = now;
  }
}

function stories(code: Code): void {
  for (let seed = 0; seed < ROUNDS; seed += 1) {
    try {
      story(seed, code);
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
}

const CODE = `export * from './order.ts';`;

test('H13 whatever arrives in whatever order, the rule holds', async () => {
  stories(await withBreak<Code>(CODE));
});

test.for([
  ['older overwrites newer', 'ahead > 0 ||', 'true ||'],
  ['newer does not overwrite', 'ahead > 0 ||', 'false ||'],
  ['an equal read overwrites', " && from !== 'read'", ''],
  ['an equal mutation does not', " || (!ahead && from !== 'read')", ''],
  ['between sessions whatever comes last wins', 'sent > held.sent', 'true'],
  ['between sessions the first one stays', 'sent > held.sent', 'false'],
  ['a session is another object each time', 'wins && JSON.stringify(next) !== JSON.stringify(shown)', 'wins'],
  ['who was asked last is forgotten', 'Math.max(held.sent, sent)', 'sent'],
] as const)('H13 the property notices when %s', async ([, from, to]) => {
  const code = await withBreak<Code>(CODE, { file: 'order.ts', from, to });
  expect(() => stories(code)).toThrow(/^seed /);
});
