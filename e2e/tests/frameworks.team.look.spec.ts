/** How the team page of the demo looks in every framework. */
import { isAccessible } from './axe.js';
import { FRAMEWORKS, test } from './frameworks.js';
import { Demo, expect, somebody } from './keyrack.js';
import { elsewhere, member, TeamPage } from './team-page.js';

const NARROW = { width: 360, height: 740 };

for (const { name, path } of FRAMEWORKS) {
  test.describe(`the team page in ${name}`, () => {
    test.use({ demo: async ({ demo }, use) => use(new Demo(demo.page, demo.server, path)) });

    test('loading the page moves nothing', async ({ demo }) => {
      const [ada, team] = [somebody('Ada'), new TeamPage(demo)];
      await team.arrive(ada);
      await team.founds('Rome');
      await team.page.addInitScript(() => {
        const shifts = { sum: 0 };
        Object.assign(globalThis, { shifts });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) shifts.sum += (entry as PerformanceEntry & { value: number }).value;
        }).observe({ type: 'layout-shift', buffered: true });
      });
      await team.open();
      await expect(team.roleOf(ada)).toBeVisible();
      expect(await team.page.evaluate(() => (globalThis as unknown as { shifts: { sum: number } }).shifts.sum)).toBeLessThan(0.05);
    });

    test.describe('at 360 pixels', () => {
      test.use({ viewport: NARROW });

      test('axe finds nothing to complain about, and nothing has to be scrolled sideways', async ({ demo, browser }, info) => {
        const [ada, bob, team] = [somebody('Ada'), somebody('Bob'), new TeamPage(demo)];
        const see = async (state: string): Promise<void> => {
          await isAccessible(team.page, state, async (colours) => {
            await team.page.screenshot({ path: info.outputPath(`${state} ${colours}.png`) });
          });
          expect(await team.page.evaluate(() => document.documentElement.scrollWidth), state).toBeLessThanOrEqual(NARROW.width);
        };
        await team.arrive(ada);
        const rome = await team.founds('Rome');
        await member(browser, demo, bob, [rome, 'Rome']);
        await team.open();
        await expect(team.roleOf(bob)).toBeVisible();
        await see('members');
        await team.removal(bob).first.click();
        await see('a question');
        await team.tab('Invitations').click();
        await team.invite('Rome', somebody('Cyd').email);
        await expect(team.invitations.getByRole('listitem')).toHaveCount(1);
        await see('invitations');
        await team.invite('Rome', 'nobody@example');
        await expect(team.page.getByRole('form', { name: 'Invite: Rome' }).getByRole('alert')).toContainText('address');
        await see('a refusal');
        const cyd = somebody('Cyd');
        const other = await elsewhere(browser, demo, cyd);
        const troy = await other.founds('Troy');
        await other.ask(`/organizations/${troy}/invitations`, { email: ada.email });
        await team.counts(1);
        await team.bell.click();
        await expect(team.inbox.getByRole('listitem')).toHaveCount(1);
        await see('the inbox');
      });
    });
  });
}
