import { setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import { defineConfig } from '@playwright/test';
import type { EngineName } from './tests/engine.js';

/** The browser that Debian ships; another one by KEYRACK_CHROMIUM. */
const executablePath = process.env['KEYRACK_CHROMIUM'] ?? '/usr/bin/chromium';

// Node gives the first address of `localhost` a quarter of a second and then goes on to another one, where nobody listens.
setDefaultAutoSelectFamilyAttemptTimeout(10_000);

/** Of several lists of features that are off Chromium believes the last one, so this has what Playwright puts into its own. */
const OFF = [
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AimEnabled',
  'PreconnectToSearch',
  // The list under the address bar is a page with a process of its own, for every context: as much work as what is tested.
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxPopup',
];

export default defineConfig<object, { engineName: EngineName }>({
  testDir: 'tests',
  outputDir: 'test-results',
  // Two files at a time, each with its own browser and servers: a page waits half of its time.
  workers: 2,
  // It only ends a test that hangs, on whatever machine.
  timeout: 300_000,
  // As long as a machine may take, and shorter than the 30 seconds after which a page finds by itself what it was not told.
  expect: { timeout: 20_000 },
  forbidOnly: true,
  reporter: 'list',
  projects: [
    { name: 'chromium', use: { engineName: 'chromium' } },
    {
      name: 'firefox',
      testMatch: 'hook.*.spec.ts',
      // What Playwright itself does in a page stays with Chromium (tests/engine.ts), and so do variations of one theme.
      testIgnore: 'hook.chromium.spec.ts',
      grepInvert: /@chromium/,
      use: { engineName: 'firefox' },
    },
    // No browser: what others wrote that verifies tokens and webhooks.
    { name: 'foreign', testDir: 'foreign' },
  ],
  use: {
    // Of what failed there is the page as it was. A trace slows every step, and on a busy machine its file is not always whole.
    trace: process.env['KEYRACK_TRACE'] === '1' ? 'retain-on-failure' : 'off',
    launchOptions: {
      executablePath,
      args: [
        // Chromium's sandbox refuses to run as root, which is who runs this in a container.
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        `--disable-features=${OFF.join(',')}`,
      ],
    },
  },
});
