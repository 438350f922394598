/** What the components of the package say on these pages. */
import type { UiWords } from '@keyrack/react/ui';
import { boot } from './boot.js';
import { say } from './say.js';

/**
 * The texts of these pages under the names that the package has for them: `field_email` is its `fieldEmail`. Its own
 * English ones are left out of the build (vite.config.ts): a test compares the names.
 */
export const WORDS = {
  ...Object.fromEntries(
    Object.entries(boot.messages).map(([name, text]) => [
      name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      text.replaceAll('{app}', boot.deployment.ui_settings.app_name),
    ]),
  ),
  failed: say('part_failed'),
  notAllowed: say('error_unexpected'),
  optional: say('field_optional'),
  really: say('part_really'),
  retry: say('unreachable_retry'),
  sure: (what: string) => say('part_sure', { what }),
} as Partial<UiWords>;
