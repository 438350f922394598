import { expect, somebody, test } from './keyrack.js';

test.use({ mode: 'production' });

test('sign-up, a second account, a switch and sign-outs, with a cookie that no script can read', async ({ demo }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  await demo.open();
  await demo.signUp(ada);
  await demo.signUp(bob);
  await demo.switchTo(ada);
  const answer = await demo.callPrivateApi();
  expect(answer.title).toBe('200 OK');

  const cookies = await demo.page.context().cookies();
  const port = new URL(demo.server.origin).port;
  expect(cookies.map(({ name, httpOnly, sameSite, path }) => ({ name, httpOnly, sameSite, path }))).toEqual([
    { name: `keyrack_dev_${port}`, httpOnly: true, sameSite: 'Lax', path: '/' },
  ]);
  expect(await demo.page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length])).toEqual(['', 0, 0]);

  await demo.page.reload();
  await demo.shows(ada);
  await demo.signOut(ada);
  await demo.shows(bob);
  await demo.signIn(ada);
  await demo.signOutOfAll();
  expect(await demo.page.context().cookies()).toEqual([]);
});

test('a switch in one tab is seen by the other', async ({ demo }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  await demo.open();
  await demo.signUp(ada);
  await demo.signUp(bob);
  const other = await demo.anotherTab();
  await other.shows(bob);
  await demo.switchTo(ada);
  await other.shows(ada);
});
