import { expect, type Hosted, somebody, test } from './pages.js';

/** What has been found to run as script where names are shown carelessly. */
const CORPUS = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg onload=alert(1)>',
  "'-alert(1)-'",
  '</title><script>alert(1)</script>',
  '</meta><script>alert(1)</script>',
  '</textarea><script>alert(1)</script>',
  '<iframe srcdoc="<script>alert(1)</script>">',
  '<a href="javascript:alert(1)">x</a>',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  '<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<svg><animate onbegin=alert(1) attributeName=x>',
  '<details open ontoggle=alert(1)>',
  '<body onload=alert(1)>',
  '<input autofocus onfocus=alert(1)>',
  '<video><source onerror=alert(1)>',
  '<base href="https://evil.example/">',
  '<link rel=stylesheet href=https://evil.example/a.css>',
  '<style>*{display:none}</style>',
  '<meta http-equiv=refresh content="0;url=https://evil.example/">',
  '<form action=https://evil.example/><input name=password>',
  '{{constructor.constructor("alert(1)")()}}',
  '${alert(1)}',
  '#{alert(1)}',
  '<%= 7*7 %>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '&#60;script&#62;alert(1)&#60;/script&#62;',
  '%3Cscript%3Ealert(1)%3C/script%3E',
  '\\u003cscript\\u003ealert(1)\\u003c/script\\u003e',
  '<scr<script>ipt>alert(1)</scr</script>ipt>',
  '<img src="x" onerror="alert(1)" //',
  '<p style="background:url(javascript:alert(1))">',
  '<object data="javascript:alert(1)">',
  '<embed src="javascript:alert(1)">',
  '--><script>alert(1)</script>',
  ']]><script>alert(1)</script>',
  '__proto__',
  'constructor',
  '{email}',
  '\u202egnp.exe',
];

/** Everything on the page that could lead or load from somewhere; what the loader fetched of the pages' own files, without its host. */
async function addresses(hosted: Hosted): Promise<string[]> {
  const all = await hosted.page.evaluate(() =>
    [...document.querySelectorAll('[href], [src], [action], [formaction], [data], [srcdoc]')].flatMap((element) =>
      ['href', 'src', 'action', 'formaction', 'data', 'srcdoc'].flatMap((name) => element.getAttribute(name) ?? []),
    ),
  );
  const own = hosted.url('/_keyrack/assets/');
  return all.map((address) => (address.startsWith(own) ? `_keyrack/assets/${address.slice(own.length)}` : address));
}

test('K06 names are text, whatever stands in them, and lead nowhere', async ({ hosted }) => {
  const { page } = hosted;
  let dialogs = 0;
  page.on('dialog', (dialog) => {
    dialogs += 1;
    void dialog.dismiss();
  });
  const ada = somebody('Ada');
  await hosted.signUp(ada);
  await hosted.shows('Choose an account');
  const before = await addresses(hosted);
  // The account's names are what the session says: every entry of the corpus at once, a row for each.
  await page.route(/\/session(\?.*)?$/, async (route) => {
    const response = await route.fetch();
    const body = await response.json();
    const [one] = body.data.signins;
    body.data.signins = CORPUS.map((text, index) => ({
      ...one,
      id: `${one.id}${index}`,
      user: { ...one.user, first_name: text, last_name: text, email_address: `${text}@example.com`, profile_picture_url: text },
    }));
    body.data.active_signin = body.data.signins[0];
    await route.fulfill({ response, json: body });
  });
  await page.reload();
  await expect(page.getByRole('listitem')).toHaveCount(CORPUS.length);
  for (const [index, text] of CORPUS.entries()) {
    await expect(page.getByRole('listitem').nth(index).locator('strong')).toHaveText(`${text} ${text}`.trim());
  }
  // More accounts than the browser may hold: the link that adds one is gone, and no other has come.
  const after = await addresses(hosted);
  expect(after).toEqual(before.filter((address) => address !== 'sign-in?prompt=login'));
  expect(await page.locator('script').count()).toBe(1);
  await expect(page.locator('main :is(iframe, svg:not(.icon > svg), object, embed, base, meta, style, form, video)')).toHaveCount(0);
  expect(dialogs).toBe(0);
});

test('K06 names that were really signed up with, and an ended account, are text too', async ({ hosted, server }) => {
  const { page } = hosted;
  const eve = { ...somebody('Eve'), first: '<img src=x onerror=alert(1)>', last: '"><svg onload=alert(1)>' };
  await hosted.signUp(eve);
  await expect(hosted.account(eve).locator('strong')).toHaveText(`${eve.first} ${eve.last}`);
  await server.advance(8 * 86_400_000);
  await hosted.open('/accounts');
  await expect(hosted.account(eve).locator('strong')).toHaveText(`${eve.first} ${eve.last}`);
  for (const address of await addresses(hosted)) {
    expect(address).toMatch(/^(\.\/)?(_keyrack\/|sign-(in|up)(\?|$)|https:\/\/www\.example\.com\/)/);
  }
  await expect(page.locator('main img')).toHaveCount(0);
});

test('K07 an address that is not allowed is never gone to, and the page says so', async ({ hosted }) => {
  const { page } = hosted;
  const ada = somebody('Ada');
  await hosted.signUp(ada);
  await hosted.shows('Choose an account');
  const away: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(hosted.url('/'))) away.push(request.url());
  });
  for (const evil of [
    'javascript:document.title="owned"',
    'data:text/html,<h1>owned</h1>',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    'https://evil.example/',
    'https://localhost@evil.example/',
    'https://evil\u3002example/',
    '/%2Fevil.example',
    'https%3A%2F%2Fevil.example',
    '/a\r\nLocation: https://evil.example',
  ]) {
    for (const path of ['/sign-in', '/sign-up', '/accounts']) {
      const response = await page.goto(hosted.url(`${path}?redirect_uri=${encodeURIComponent(evil)}`));
      expect(response?.status(), evil).toBe(400);
      await hosted.shows('This link cannot be followed');
      await expect(page.getByRole('form')).toHaveCount(0);
      await expect(page.getByRole('listitem')).toHaveCount(0);
      expect(await page.title()).toContain('Northwind');
    }
  }
  // Going on without it goes on without it.
  await page.getByRole('link', { name: 'Go on without it' }).click();
  await hosted.shows('Choose an account');
  expect(page.url()).not.toContain('evil');
  expect(away).toEqual([]);
});

test('K07 nothing that a link says is taken for an address or for markup', async ({ hosted }) => {
  const { page } = hosted;
  const markup = encodeURIComponent('"><img src=x onerror=alert(1)>');
  const names = ['login_hint', 'prompt', 'lang', 'ui_locales', 'error', 'error_description', 'signup_attempt_id', 'ticket', 'return_to'];
  const query = names.map((name) => `${name}=${markup}`).join('&');
  for (const path of ['/sign-in', '/sign-up', '/accounts']) {
    await hosted.open(`${path}?${query}&after_signin_redirect_url=https://evil.example/#${markup}`);
    await expect(page.locator('main img')).toHaveCount(0);
    for (const address of await addresses(hosted)) {
      expect(address).toMatch(/^(\.\/)?(_keyrack\/|(sign-in|sign-up|accounts|forgot-password)(\?|$)|https:\/\/www\.example\.com\/)/);
    }
  }
  // What a page goes on to is what the server wrote, not what the link says by the time somebody has signed in.
  const ada = somebody('Ada');
  await hosted.open('/sign-up?redirect_uri=%2Foutbox');
  await hosted.beginSignUp(ada);
  await page.evaluate(() => history.replaceState(null, '', 'sign-up?redirect_uri=https://evil.example/'));
  await hosted.enterCode(await hosted.server.newestCode(ada.email));
  await page.waitForURL(hosted.url('/outbox'));
});

test('K05 a page is in no frame and has no opener', async ({ hosted }) => {
  const { page } = hosted;
  await page.route(hosted.url('/framing'), (route) =>
    route.fulfill({ contentType: 'text/html', body: `<iframe src="${hosted.url('/sign-in')}"></iframe>` }),
  );
  const refused = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
  await page.goto(hosted.url('/framing'));
  expect((await refused).text()).toContain("frame-ancestors 'none'");
  await expect(page.frameLocator('iframe').getByRole('heading', { level: 1 })).toHaveCount(0);

  const opened = page.context().waitForEvent('page');
  await page.goto(hosted.url('/accounts', 'closed'));
  await page.evaluate((url) => void window.open(url), hosted.url('/sign-in'));
  const popup = await opened;
  await expect(popup.getByRole('heading', { level: 1 })).toHaveText('Sign in');
  expect(await popup.evaluate(() => window.opener)).toBeNull();
});
