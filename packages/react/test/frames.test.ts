// @vitest-environment node
/** Server-sent events as bytes: wherever they are cut, and whatever somebody else writes. */
import { expect, test } from 'vitest';
import { type Frame, Frames } from '../src/frames.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What is read of these pieces. */
function read(...pieces: readonly (string | Uint8Array)[]): { frames: Frame[]; retries: number[] } {
  const [frames, retries]: [Frame[], number[]] = [[], []];
  const reader = new Frames({ onFrame: (frame) => frames.push(frame), onRetry: (ms) => retries.push(ms) });
  for (const piece of pieces) reader.feed(typeof piece === 'string' ? bytes(piece) : piece);
  return { frames, retries };
}

const ONE = { event: 'session', data: '{"a":1}' };

test.for(['\n', '\r\n', '\r'])('H15 an event is read, whatever ends its lines: %j', (end) => {
  const text = ['retry: 1000', '', ': heartbeat', '', 'id: 7', 'event: session', 'data: {"a":1}', '', ''].join(end);
  expect(read(text)).toEqual({ frames: [ONE], retries: [1000] });
});

test.for(['\n', '\r\n', '\r'])('H15 an event that is cut at any byte is the same event: %j', (end) => {
  const whole = bytes(['event: session', 'data: {"name":"Zoë 🗝"}', '', 'event: end', 'data: {}', '', ''].join(end));
  const expected = [{ event: 'session', data: '{"name":"Zoë 🗝"}' }, { event: 'end', data: '{}' }];
  for (let cut = 0; cut <= whole.length; cut += 1) {
    expect(read(whole.slice(0, cut), whole.slice(cut)).frames, `cut at ${cut}`).toEqual(expected);
  }
  expect(read(...Array.from(whole, (byte) => Uint8Array.of(byte))).frames).toEqual(expected);
});

test('H15 nothing is read of an event that has not ended', () => {
  expect(read('event: session\ndata: {}\n').frames).toEqual([]);
  expect(read('event: session\ndata: {}\n', '\n').frames).toHaveLength(1);
});

test('H15 an event has only its own lines, and those that nobody knows are passed over', () => {
  const frames = read('event: session\n\ndata: a\ndata: b\nnews: c\nretry: soon\n\n:data: d\n\n').frames;
  expect(frames).toEqual([{ event: 'message', data: 'a\nb' }]);
});

test('H15 one space after the colon belongs to the format, and no more', () => {
  expect(read('data:a\n\n', 'data:  b\n\n', 'data\n\n').frames.map(({ data }) => data)).toEqual(['a', ' b', '']);
});

test('H15 what is no UTF-8 ends the stream', () => {
  expect(() => read(Uint8Array.of(0x64, 0xff, 0x0a))).toThrow();
});

test.for([
  ['in one line', () => [`data: ${'x'.repeat(5_000)}`]],
  ['in a line that never ends', () => Array.from({ length: 600 }, () => 'xxxxxxxxxx')],
  ['in many lines', () => Array.from({ length: 600 }, () => 'data: xxxx\n')],
  ['and comes in one piece', () => [`data: ${'x'.repeat(5_000)}\n\n`]],
  ['in a comment that never ends', () => Array.from({ length: 600 }, () => ':xxxxxxxxx')],
] as const)('H15 an event that is too long %s ends the stream', ([, pieces]) => {
  expect(() => read(...pieces())).toThrow('too long');
});

test('H15 a day of heartbeats is no event, and none that is too long', () => {
  expect(read(...Array.from({ length: 6_000 }, () => ':\n'), 'data: a\n\n').frames).toHaveLength(1);
});

test('H15 a stream of any length may come, of events that are not', () => {
  expect(read(...Array.from({ length: 2_000 }, () => 'event: session\ndata: {"a":1}\n\n:\n\n')).frames).toHaveLength(2_000);
});
