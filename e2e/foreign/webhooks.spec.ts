import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { Server } from '../tests/server.js';
import { Visitor } from './visitor.js';

const SECRET = Buffer.alloc(32, 7).toString('base64');

interface Got {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** An endpoint that takes everything. */
async function endpoint() {
  const got: Got[] = [];
  const listener = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      got.push({ headers: flat(request.headers), body });
      response.writeHead(204).end();
    });
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  return { got, url: `http://127.0.0.1:${port}/hooks`, close: () => listener.close() };
}

const flat = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

test('the package standardwebhooks takes what a webhook was sent, and nothing that was changed, replayed or signed by others', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'keyrack-webhook-'));
  await writeFile(join(folder, 'secret'), `whsec_${SECRET}\n`);
  const { got, url, close } = await endpoint();
  const server = await Server.configured('staging', (port) =>
    [
      `[[deployment]]\nid = "d"\nmode = "staging"\norigin = "http://localhost:${port}"\nhosts = ["localhost"]`,
      `[[deployment.webhook]]\nname = "app"\nurl = "${url}"\nsecret_file = "${join(folder, 'secret')}"\nprivate_addresses = true`,
    ].join('\n'),
  );
  await Visitor.signsUp(server, 'ada@example.com');
  const types = () => got.map(({ body }) => JSON.parse(body).type);
  await expect.poll(types, { intervals: [50] }).toEqual(expect.arrayContaining(['user.created', 'session.created', 'sign_in.created']));
  await server.remove();
  close();

  const webhook = new Webhook(SECRET);
  for (const { headers, body } of got) {
    expect(webhook.verify(body, headers)).toEqual(JSON.parse(body));
    const id = headers['webhook-id'] as string;
    const sent = Number(headers['webhook-timestamp']);
    const refused: Record<string, () => unknown> = {
      'another body': () => webhook.verify(body.replace('"type"', '"Type"'), headers),
      'another id': () => webhook.verify(body, { ...headers, 'webhook-id': `${id}0` }),
      'another moment': () => webhook.verify(body, { ...headers, 'webhook-timestamp': `${sent + 1}` }),
      'a day later': () => webhook.verify(body, { ...headers, 'webhook-timestamp': `${sent - 86_400}` }),
      'another secret': () => new Webhook(Buffer.alloc(32, 8).toString('base64')).verify(body, headers),
    };
    for (const [name, verify] of Object.entries(refused)) expect(verify, name).toThrow(WebhookVerificationError);
  }
  await rm(folder, { recursive: true });
});
