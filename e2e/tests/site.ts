import { expect } from '@playwright/test';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type RequestOptions, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where browsers ask to be told of changes. */
export const STREAM = '/session/events';

/** What happens to a request on its way. */
export type Fault =
  /** The request never arrives: the connection breaks. */
  | { readonly kind: 'cut' }
  /** The server does what was asked, and the connection breaks before its answer arrives. */
  | { readonly kind: 'lost' }
  /** The answer waits until the promise resolves. */
  | { readonly kind: 'held'; readonly until: Promise<void> }
  /** Somebody else answers. */
  | { readonly kind: 'answered'; readonly status: number; readonly type: string; readonly body: string };

/** What a network with a log-in page of its own answers to everything. */
export const CAPTIVE_PORTAL: Fault = {
  kind: 'answered',
  status: 200,
  type: 'text/html',
  body: '<!doctype html><title>Welcome to the hotel</title>',
};

/** A page of the site's own. */
export type Handler = (incoming: IncomingMessage, answer: ServerResponse) => unknown;

/**
 * An application's host: it shows its own pages and hands everything else to Keyrack, as a proxy in front of both
 * would. On the way a test can lose, hold and replace answers, whichever browser asks.
 */
export class Site {
  /** Everything that was handed to Keyrack or should have been, the stream left out: `GET /session?poll=1`. */
  readonly requests: string[] = [];

  /** The same of the stream. */
  readonly streams: string[] = [];

  /** How many streams are open now. */
  openStreams = 0;

  readonly #server: Server;

  /** Answers that wait for a gate. */
  #held = 0;
  #keyrack: string;
  readonly #pages = new Map<string, Handler>();
  readonly #faults = new Map<string, Fault>();

  private constructor(keyrack: string) {
    this.#keyrack = keyrack;
    this.#server = createServer((incoming, answer) => this.#serve(incoming, answer));
  }

  /** Starts one in front of the Keyrack at an origin. */
  static async start(keyrack: string): Promise<Site> {
    const site = new Site(keyrack);
    site.#server.listen(0, '127.0.0.1');
    await once(site.#server, 'listening');
    return site;
  }

  get origin(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  /** Answers `path` itself. */
  page(path: string, handler: Handler): void {
    this.#pages.set(path, handler);
  }

  html(path: string, body: string): void {
    this.#always(path, 'text/html', `<!doctype html><title>Application</title>${body}`);
  }

  script(path: string, body: string): void {
    this.#always(path, 'text/javascript', body);
  }

  #always(path: string, type: string, body: string): void {
    this.page(path, (_, answer) => answer.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(body));
  }

  /** From now on requests for `path` meet this fault, until {@link heal}. */
  break(path: string, fault: Fault): void {
    this.#faults.set(path, fault);
  }

  /** From now on another Keyrack stands behind. */
  handTo(keyrack: string): void {
    this.#keyrack = keyrack;
  }

  /** Everything works again. */
  heal(): void {
    this.#faults.clear();
  }

  /** Requests for a path, counted. */
  count(path: string): number {
    return this.requests.filter((line) => line.split(/[ ?]/)[1] === path).length;
  }

  /** Waits until the server has answered so many requests that are held. */
  async answersHeld(count = 1): Promise<void> {
    await expect.poll(() => this.#held, { intervals: [10] }).toBeGreaterThanOrEqual(count);
  }

  #serve(incoming: IncomingMessage, answer: ServerResponse): void {
    const path = new URL(incoming.url ?? '/', this.origin).pathname;
    const page = this.#pages.get(path);
    if (page) return void page(incoming, answer);
    (path === STREAM ? this.streams : this.requests).push(`${incoming.method} ${incoming.url}`);
    const fault = this.#faults.get(path);
    if (fault?.kind === 'cut') return void incoming.socket.destroy();
    if (fault?.kind !== 'answered') return this.#forward(incoming, answer, fault);
    answer.writeHead(fault.status, { 'content-type': fault.type }).end(fault.body);
  }

  #forward(incoming: IncomingMessage, answer: ServerResponse, fault: Fault | undefined): void {
    const { hostname, port } = new URL(this.#keyrack);
    const options: RequestOptions = { hostname, port, path: incoming.url, method: incoming.method, headers: incoming.headers };
    const onward = request(options, async (response) => {
      if (fault?.kind === 'lost') return void incoming.socket.destroy();
      if (fault?.kind === 'held') {
        this.#held += 1;
        await fault.until;
      }
      answer.writeHead(response.statusCode ?? 502, response.rawHeaders);
      if (response.headers['content-type'] === 'text/event-stream') {
        this.openStreams += 1;
        answer.once('close', () => (this.openStreams -= 1));
      }
      // What has arrived is passed on, also when the rest never comes.
      response.pipe(answer);
      response.once('error', () => answer.destroy());
    });
    onward.on('error', () => answer.destroy());
    // A browser that hangs up: Keyrack hears of it as it would without us.
    answer.on('close', () => onward.destroy());
    incoming.pipe(onward);
  }
}

/** Something to wait for, and the way to let it happen. */
export function gate(): { readonly until: Promise<void>; readonly open: () => void } {
  let open = (): void => {};
  const until = new Promise<void>((resolve) => (open = resolve));
  return { until, open };
}
