/** The helpers of @keyrack/react/testing against the server that they are about. */
import { devServer } from '@keyrack/react/testing';
import { expect, test } from '@playwright/test';
import { Server } from './server.js';

const DAY = 86_400_000;

test('H41 devServer moves the clock of keyrack dev and reads the mail that it captured', async () => {
  const server = await Server.start('staging', '--virtual-clock');
  try {
    const dev = devServer(server.origin);
    const before = await dev.now();
    expect(await dev.advance(8 * DAY)).toBeGreaterThanOrEqual(before + 8 * DAY);
    await expect(dev.advance(-1)).rejects.toThrow('POST /dev/clock: 400');
    await expect(dev.code('ada@example.com')).rejects.toThrow('No message to ada@example.com');

    const post = async (path: string, body: object, rack = '') => {
      const headers = { 'content-type': 'application/json', 'x-development-session': rack };
      const answer = await fetch(server.origin + path, { method: 'POST', headers, body: JSON.stringify(body) });
      return { rack: answer.headers.get('x-development-session') ?? rack, json: await answer.json() };
    };
    const account = { email: 'ada@example.com', password: 'correct horse battery', first_name: 'Ada' };
    const { rack, json } = await post('/auth/signup', account);
    const attempt = { attempt_identifier: json.data.signup_attempts[0].id, identifier_type: 'signup' };
    await post('/auth/prepare-verification', { ...attempt, strategy: 'email_otp' }, rack);

    const [message] = await dev.messages('ada@example.com');
    expect(message).toMatchObject({ kind: 'email', to: 'ada@example.com', link: null });
    const code = await dev.code('ada@example.com');
    expect(code).toBe(message?.code);
    const done = await post('/auth/attempt-verification', { ...attempt, verification_code: code }, rack);
    expect(done.json.data.active_signin.user.email_address).toBe('ada@example.com');
    await dev.clearMessages();
    expect(await dev.messages()).toEqual([]);
  } finally {
    await server.remove();
  }
});

test('H41 without --virtual-clock it says what is missing', async () => {
  const server = await Server.start('staging');
  try {
    await expect(devServer(server.origin).now()).rejects.toThrow('--virtual-clock');
  } finally {
    await server.remove();
  }
});
