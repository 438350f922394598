/** Passkeys with a counterpart that is not ours: Chromium's virtual authenticator, on the demo's page. */
import { type Answer, Device, call, register, sign, signIn } from './device.js';
import { type Demo, expect, somebody, test } from './keyrack.js';

test.use({ mode: 'production' });

interface Session {
  readonly active_signin: { readonly user: { readonly email_address: string; readonly has_passkeys: boolean } } | null;
}

/** What was answered, which must be well. */
function fine(answer: Answer | string): Answer {
  expect(answer).toMatchObject({ status: 200, code: null });
  return answer as Answer;
}

async function activeIn(demo: Demo): Promise<string | undefined> {
  const { data } = await call(demo.page, 'GET', '/session');
  return (data as Session).active_signin?.user.email_address;
}

/** Somebody with an account and a passkey in a device, signed out. */
async function ready(demo: Demo): Promise<{ device: Device; email: string }> {
  const ada = somebody('Ada');
  await demo.open();
  const device = await Device.in(demo.page);
  await demo.signUp(ada);
  fine(await register(demo.page));
  await demo.signOutOfAll();
  return { device, email: ada.email };
}

test('a device makes a passkey that it finds by itself, and no second one', async ({ demo }) => {
  await demo.open();
  const device = await Device.in(demo.page);
  await demo.signUp(somebody('Ada'));
  const made = fine(await register(demo.page)).data as { name: string; device_type: string };
  expect(made).toMatchObject({ name: 'Laptop', device_type: 'single_device', last_used_at: null });
  expect(await device.credentials()).toMatchObject([{ isResidentCredential: true, rpId: 'localhost' }]);
  // The list of what there is reaches the device, which refuses.
  expect(await register(demo.page)).toBe('InvalidStateError');
  expect(await device.credentials()).toHaveLength(1);
  const listed = await call(demo.page, 'GET', '/me/passkeys');
  expect(listed.data).toMatchObject([{ name: 'Laptop' }]);
  expect((await call(demo.page, 'GET', '/me')).data).toMatchObject({ has_passkeys: true });
});

test('nobody types anything: the device knows whose passkey it is', async ({ demo }) => {
  const { device, email } = await ready(demo);
  const session = fine(await signIn(demo.page, 'optional')).data as Session;
  expect(session.active_signin?.user.email_address).toBe(email);
  expect(await activeIn(demo)).toBe(email);
  expect((await device.credentials())[0]?.signCount).toBeGreaterThan(1);
  // The demo's page shows it without being reloaded by anybody who knows of passkeys.
  await demo.page.reload();
  await expect(demo.page.locator('[aria-current=true]')).toContainText(email);
});

test('a form offers it while an address is filled in', async ({ demo }) => {
  const { email } = await ready(demo);
  await demo.page.evaluate(() => {
    const input = document.createElement('input');
    input.autocomplete = 'username webauthn';
    document.body.append(input);
    input.focus();
  });
  expect(await demo.page.evaluate(() => PublicKeyCredential.isConditionalMediationAvailable())).toBe(true);
  fine(await signIn(demo.page, 'conditional'));
  expect(await activeIn(demo)).toBe(email);
});

test('a device that does not make sure who is there neither makes one nor signs', async ({ demo }) => {
  const { device } = await ready(demo);
  await device.verifies(false);
  expect(await signIn(demo.page, 'optional')).toBe('NotAllowedError');
  await demo.signUp(somebody('Bob'));
  expect(await register(demo.page)).toBe('NotAllowedError');
});

test('what was signed works once, and a removed passkey not at all', async ({ demo }) => {
  const { email } = await ready(demo);
  const begun = await call(demo.page, 'POST', '/auth/passkey/login/begin');
  const signed = await sign(demo.page, begun.data, 'optional');
  fine(await call(demo.page, 'POST', '/auth/passkey/login/finish', signed));
  const again = await call(demo.page, 'POST', '/auth/passkey/login/finish', signed);
  expect(again).toMatchObject({ status: 400, code: 'passkey_request_expired' });
  const [passkey] = (await call(demo.page, 'GET', '/me/passkeys')).data as { id: string }[];
  fine(await call(demo.page, 'DELETE', `/me/passkeys/${passkey?.id}`));
  await call(demo.page, 'POST', '/session/sign-out');
  expect(await signIn(demo.page, 'optional')).toMatchObject({ status: 401, code: 'INVALID_CREDENTIALS' });
  expect(await activeIn(demo)).toBeUndefined();
  expect(email).not.toBe('');
});

test('a copy that has counted less is refused', async ({ demo }) => {
  const { device } = await ready(demo);
  const [copy] = await device.credentials();
  fine(await signIn(demo.page, 'optional'));
  await call(demo.page, 'POST', '/session/sign-out');
  await device.clear();
  if (copy !== undefined) await device.put({ ...copy, signCount: 0 });
  expect(await signIn(demo.page, 'optional')).toMatchObject({ status: 401, code: 'INVALID_CREDENTIALS' });
});
