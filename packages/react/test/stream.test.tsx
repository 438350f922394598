/** The connection: when it is opened again, and what it takes from whom. */
import { expect, test, vi } from 'vitest';
import { FakeServer } from './fake-server.js';
import { session, signIn } from './fixtures.js';
import { open, pass, setHidden } from './harness.js';

/** A tab that is connected, in a world where chance is always in the middle: a pause is as long as it says. */
async function connected() {
  const server = new FakeServer(session(['ada', 'bob'], 5));
  const tab = await open();
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  await pass(200);
  return { server, tab, active: () => tab.loaded.session.active_signin?.id };
}

test('H15 a stream that ends is opened again after what the server asks for, at the revision it had come to', async () => {
  const { server } = await connected();
  server.streams[0]?.send('retry: 3000\n\n');
  server.push({});
  await pass(10_000);
  server.streams[0]?.close();
  await pass(2_900);
  expect(server.streams.length).toBe(1);
  await pass(200);
  expect(server.streams.map(({ request }) => request.path)).toEqual(['/session/events', '/session/events?last_event_id=6']);
});

test('H15 the pauses grow while connections fail, up to a minute and a half, and begin anew after one that held', async () => {
  const { server } = await connected();
  server.answerStream = () => Promise.reject(new TypeError('Failed to fetch'));
  await pass(10_000);
  server.streams[0]?.break();
  const startedAt = Date.now();
  const tries: number[] = [];
  for (let seen = server.streams.length; Date.now() - startedAt < 200_000; await pass(500)) {
    if (server.streams.length > seen) tries.push(Math.round((Date.now() - startedAt) / 1_000));
    seen = server.streams.length;
  }
  expect(tries).toEqual([1, 3, 7, 15, 31, 63, 123, 183]);
  server.answerStream = undefined;
  await pass(61_000);
  expect(server.open.length).toBe(1);
  await pass(10_000);
  server.open[0]?.close();
  await pass(1_100);
  expect(server.open.length).toBe(1);
});

/** What a server gives that has begun as Keyrack does, or not, and then has enough. */
const ending = (text: string) => () => new Response(text, { headers: { 'content-type': 'text/event-stream' } });

/** Seconds between the connections of two minutes. */
async function pauses(server: FakeServer): Promise<number[]> {
  const times: number[] = [];
  for (let [seen, tenth] = [server.streams.length, 0]; tenth < 1_200; tenth += 1) {
    await pass(100);
    if (server.streams.length > seen) times.push(Date.now());
    seen = server.streams.length;
  }
  return times.slice(1).map((time, index) => Math.round((time - (times[index] as number)) / 1_000));
}

test('H15 streams that the server ends in order are no failures, and no loop: one in five seconds', async () => {
  const { server } = await connected();
  server.answerStream = ending('retry: 1000\n\n:\n\n');
  server.streams[0]?.close();
  const seconds = await pauses(server);
  expect(new Set(seconds)).toEqual(new Set([5]));
  expect(seconds.length).toBeGreaterThan(20);
  server.answerStream = undefined;
  await pass(5_100);
  expect(server.open.length).toBe(1);
});

test('H15 a stream that ends before it has begun as Keyrack’s do is a failure', async () => {
  const { server } = await connected();
  server.answerStream = ending(':\n\n');
  server.streams[0]?.break();
  expect(await pauses(server)).toEqual([2, 4, 8, 16, 32]);
});

const nothing = new Response(null, { status: 204 });

test.for([
  ['no stream', () => nothing],
  ['an end', ending('retry: 1000\n\nevent: end\ndata: {"session_id":"ses_1","revision":6}\n\n')],
] as const)('H15 %s, though the session goes on, is read and asked again: seldom, and what changes is told then', async ([, answer]) => {
  const { server, tab, active } = await connected();
  const before = server.requests.length;
  // Nobody looks at the page, so that nothing else reads.
  setHidden(true);
  server.answerStream = answer;
  server.streams[0]?.break();
  await pass(10_000);
  expect(server.streams.length).toBe(2);
  expect(server.requests.slice(before).map(({ path }) => path)).toEqual(['/session?poll=1']);
  expect(active()).toBe('sin_ada');
  expect(await pauses(server)).toEqual([60]);
  server.answerStream = undefined;
  await pass(60_000);
  expect(server.open.length).toBe(1);
  server.push({ active_signin: signIn('bob') });
  await pass(1_100);
  expect(active()).toBe('sin_bob');
  expect(tab.loaded.stale).toBe(false);
});

test('H15 no two browsers come back in the same instant: the pause is half as long, or half as long again', async () => {
  const { server } = await connected();
  for (const [chance, early, late] of [[0, 450, 550], [0.999, 1_450, 1_550]] as const) {
    vi.mocked(Math.random).mockReturnValue(chance);
    await pass(10_000);
    server.open[0]?.close();
    await pass(early);
    expect(server.open.length).toBe(0);
    await pass(late - early);
    expect(server.open.length).toBe(1);
  }
});

test('H15 a server that takes no more streams is asked again when it said', async () => {
  const { server } = await connected();
  server.answerStream = () => new Response('{}', { status: 503, headers: { 'retry-after': '20' } });
  server.streams[0]?.break();
  await pass(2_000);
  expect(server.streams.length).toBe(2);
  await pass(19_000);
  expect(server.streams.length).toBe(2);
  await pass(5_000);
  expect(server.streams.length).toBe(3);
});

test('H15 a stream that is silent for longer than two heartbeats is dead', async () => {
  const { server, active } = await connected();
  for (let beat = 0; beat < 6; beat += 1) {
    await pass(15_000);
    server.open[0]?.send(':\n\n');
  }
  expect(server.streams.length).toBe(1);
  server.change({ active_signin: signIn('bob') });
  // Nobody looks at the page, so that nothing else reads.
  setHidden(true);
  await pass(34_000);
  expect(server.streams.length).toBe(1);
  await pass(3_000);
  expect(server.streams.map(({ isOpen }) => isOpen)).toEqual([false, true]);
  await pass(200);
  expect(active()).toBe('sin_bob');
});

test('H15 a connection that is not answered is given up, too', async () => {
  const { server } = await connected();
  server.answerStream = () => new Promise(() => undefined);
  server.streams[0]?.break();
  await pass(2_000);
  expect(server.streams.length).toBe(2);
  await pass(40_000);
  expect(server.streams.length).toBe(3);
});

test('H15 after a machine has slept the stream is opened at once, and only if it was silent', async () => {
  const { server } = await connected();
  setHidden(true);
  setHidden(false);
  await pass();
  expect(server.streams.length).toBe(1);
  setHidden(true);
  // The clock goes on, and no timer runs.
  vi.setSystemTime(Date.now() + 60_000);
  setHidden(false);
  await pass();
  expect(server.streams.length).toBe(2);
  expect(server.open.length).toBe(1);
});

test('H15 when the network comes back the stream is opened at once, however long the pause', async () => {
  const { server } = await connected();
  server.answerStream = () => Promise.reject(new TypeError('Failed to fetch'));
  server.streams[0]?.break();
  await pass(40_000);
  const { length } = server.streams;
  server.answerStream = undefined;
  dispatchEvent(new Event('online'));
  await pass();
  expect(server.streams.length).toBe(length + 1);
  expect(server.open.length).toBe(1);
});

const typed = (body: string, type: string) => new Response(body, { headers: { 'content-type': type } });
const html = (status: number) => new Response('<html>Welcome to the hotel</html>', { status, headers: { 'content-type': 'text/html' } });

test.for([
  ['a captive portal', () => html(200)],
  ['a refusal', () => html(403)],
  ['no such address', () => html(404)],
  ['a server in trouble', () => html(500)],
  ['what looks like it in another type', () => typed('event: session\ndata: {"session_id":"ses_1","revision":99}\n\n', 'text/plain')],
  ['JSON', () => Response.json({ status: 200, data: null })],
  ['nothing at all', () => new Response(null, { status: 200, headers: { 'content-type': 'text/event-stream' } })],
] as const)('H11 %s in place of the stream changes nothing, and is asked again', async ([, answer]) => {
  const { server, tab, active } = await connected();
  const before = server.requests.length;
  server.answerStream = answer;
  server.streams[0]?.break();
  await pass(4_000);
  expect(server.streams.length).toBeGreaterThan(2);
  expect(active()).toBe('sin_ada');
  expect(tab.loaded.stale).toBe(false);
  expect(server.requests.length).toBe(before);
});

test.for([
  ['data that is no JSON', 'event: session\ndata: {\n\n'],
  ['no data', 'event: session\ndata\n\n'],
  ['null', 'event: session\ndata: null\n\n'],
  ['no id', 'event: session\ndata: {"revision":9}\n\n'],
  ['a revision that is none', 'event: session\ndata: {"session_id":"ses_1","revision":"9"}\n\n'],
  ['half a revision', 'event: session\ndata: {"session_id":"ses_1","revision":9.5}\n\n'],
  ['an end of nothing', 'event: end\ndata: {}\n\n'],
  ['an endless line', 'x'.repeat(9_000)],
] as const)('H15 %s ends the stream and reads nothing; the next one is as good as any', async ([, text]) => {
  const { server, active } = await connected();
  const before = server.requests.length;
  server.streams[0]?.send(text);
  await pass(200);
  expect(server.streams[0]?.isOpen).toBe(false);
  expect(server.requests.length).toBe(before);
  await pass(2_000);
  server.push({ active_signin: signIn('bob') });
  await pass(200);
  expect(active()).toBe('sin_bob');
});

test('H15 an event of a name that is not known yet is passed over', async () => {
  const { server } = await connected();
  const before = server.requests.length;
  server.streams[0]?.send('event: weather\ndata: sunny\n\n');
  await pass(1_000);
  expect(server.streams[0]?.isOpen).toBe(true);
  expect(server.requests.length).toBe(before);
});

test('H15 of many events at once only the latest is read', async () => {
  const { server, tab } = await connected();
  const before = server.requests.length;
  for (let change = 0; change < 20; change += 1) server.push({});
  await pass(300);
  expect(tab.loaded.session.revision).toBe(25);
  expect(server.requests.length).toBe(before + 1);
});

test('H13 an event about another session makes the browser read once', async () => {
  const { server, tab } = await connected();
  const before = server.requests.length;
  server.session = { ...session(['bob'], 1), id: 'ses_2' };
  server.streams[0]?.tell(server.session);
  await pass(300);
  expect(tab.loaded.session.id).toBe('ses_2');
  expect(server.requests.length).toBe(before + 1);
  expect(server.open.length).toBe(1);
});
