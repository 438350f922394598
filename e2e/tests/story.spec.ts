import { fileURLToPath } from 'node:url';
import { Demo, expect, somebody, test } from './keyrack.js';
import { Hosted } from './pages.js';
import { Server } from './server.js';
import { refreshes } from './times.js';

const CONFIGURATION = fileURLToPath(new URL('../../keyrack.toml', import.meta.url));

test('two accounts live in one browser, from the first sign-up to the last sign-out', async ({ demo }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  await demo.open();
  await demo.showsNobody();
  await demo.signUp(ada);
  await demo.signUp(bob);
  expect((await demo.hook()).session.signins).toHaveLength(2);

  await demo.switchTo(ada);
  const answer = await demo.callPrivateApi();
  expect(answer.title).toBe('200 OK');
  const { session } = await demo.hook();
  expect(JSON.parse(answer.body)).toMatchObject({ hello: session.active_signin.user.id, signin: session.active_signin.id });

  await demo.signOut(ada);
  await demo.shows(bob);
  await demo.page.reload();
  await demo.shows(bob);
  expect((await demo.hook()).session.signins).toHaveLength(1);

  await demo.signIn(ada);
  await demo.signOutOfAll();
  await demo.page.reload();
  await demo.showsNobody();
  expect((await demo.callPrivateApi()).title).toBe('No answer: no_session');
});

test('the code is read where the page says that it lies', async ({ demo }) => {
  const ada = somebody('Ada');
  await demo.open();
  await demo.beginSignUp(ada);
  const opened = demo.page.waitForEvent('popup');
  await demo.page.getByRole('link', { name: /outbox/ }).filter({ hasText: 'new tab' }).click();
  const outbox = await opened;
  const message = outbox.getByRole('article').filter({ hasText: ada.email });
  const code = /Code (\d{6})/.exec((await message.textContent()) ?? '')?.[1] ?? '';
  await demo.verify(code);
  await demo.shows(ada);
});

test('a sign-up goes on after a reload', async ({ demo }) => {
  const ada = somebody('Ada');
  await demo.open();
  await demo.beginSignUp(ada);
  await demo.page.reload();
  await expect(demo.page.getByRole('form', { name: 'Verify email' })).toBeVisible();
  await demo.verify(await demo.server.newestCode(ada.email));
  await demo.shows(ada);
});

test('a sign-up goes on after the server was started again', async ({ demo, server }) => {
  const ada = somebody('Ada');
  await demo.open();
  await demo.beginSignUp(ada);
  const code = await demo.server.newestCode(ada.email);
  await server.restart();
  await demo.verify(code);
  await demo.shows(ada);
});

test('who was signed in stays so when the server was started again', async ({ demo, server }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  await demo.open();
  await demo.signUp(ada);
  await demo.signUp(bob);
  const before = (await demo.hook()).session;
  await server.restart();
  await demo.page.reload();
  await demo.shows(bob);
  expect((await demo.hook()).session).toEqual(before);
  await demo.switchTo(ada);
});

test('a wrong code and a wrong password say so, and the right ones still work', async ({ demo }) => {
  const ada = somebody('Ada');
  await demo.open();
  await demo.beginSignUp(ada);
  const code = await demo.server.newestCode(ada.email);
  await demo.verify(code === '000000' ? '000001' : '000000');
  await expect(demo.page.getByRole('alert').filter({ hasText: 'That code is wrong' })).toBeVisible();
  await demo.verify(code);
  await demo.shows(ada);

  await demo.signOutOfAll();
  await demo.fillSignIn(ada.email, 'not her password');
  await expect(demo.page.getByRole('alert').filter({ hasText: 'Email or password is wrong' })).toBeVisible();
  await demo.signIn(ada);
});

test('H15 a switch in one tab is seen by the other without a request of its own', async ({ demo }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  await demo.open();
  await demo.signUp(ada);
  await demo.signUp(bob);
  const opened = Date.now();
  const other = await demo.anotherTab();
  await other.shows(bob);
  const requests: string[] = [];
  other.page.on('request', (request) => requests.push(request.url()));
  await demo.switchTo(ada);
  await other.shows(ada);
  expect(requests.length, `${requests}`).toBeLessThanOrEqual(refreshes(opened));
  await demo.signOutOfAll();
  await other.showsNobody();
});

test('a name is asked for as the deployment wants it', async ({ demo }) => {
  const form = demo.page.getByRole('form', { name: 'Create account' });
  await demo.open();
  await expect(form.getByLabel('First name optional')).not.toHaveAttribute('required');
  await expect(form.getByLabel('Email')).toHaveAttribute('required');
  const ada = { ...somebody('Ada'), first: '', last: '' };
  await demo.signUp(ada);

  const strict = await Server.configured(
    'staging',
    (port) =>
      `[[deployment]]\nid = "names"\nmode = "staging"\norigin = "http://localhost:${port}"\nhosts = ["localhost"]\n` +
      '[deployment.auth]\nfirst_name = "required"\nlast_name = "off"\n',
  );
  try {
    await demo.page.goto(strict.origin);
    await expect(form.getByLabel('First name', { exact: true })).toHaveAttribute('required');
    await expect(form.getByLabel('Last name')).toHaveCount(0);
  } finally {
    await strict.remove();
  }
});

test('with the demo’s configuration the hosted pages lead back to it', async ({ demo }) => {
  const server = await Server.start('staging', '--config', CONFIGURATION);
  try {
    const [hosted, own, ada] = [new Hosted(demo.page, server), new Demo(demo.page, server), somebody('Ada')];
    await demo.page.goto(`${server.origin}/sign-up`);
    await hosted.beginSignUp(ada);
    await hosted.enterCode(await server.newestCode(ada.email));
    await demo.page.waitForURL(`${server.origin}/`);
    await own.shows(ada);
    await own.signOutOfAll();
    await demo.page.goto(`${server.origin}/sign-in`);
    await hosted.fillSignIn(ada);
    await demo.page.waitForURL(`${server.origin}/`);
    await own.shows(ada);
    await demo.page.goto(`${server.origin}/accounts`);
    await demo.page.getByRole('link', { name: 'Keyrack demo' }).click();
    await demo.page.waitForURL(`${server.origin}/`);
  } finally {
    await server.remove();
  }
});
