/** The same with a cookie that no page sees. */
import { FRAMEWORKS, signOutBesides, test } from './frameworks.js';

test.use({ mode: 'production' });

for (const { name, path } of FRAMEWORKS) {
  test(`with a cookie, a sign-out in the page in ${name} shows in those of the others`, ({ demo }) => signOutBesides(demo, path));
}
