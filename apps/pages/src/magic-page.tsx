import { MagicLink } from '@keyrack/react/ui';
import { goOn, pageLink } from './links.js';
import { mailed } from './mailed.js';
import { ofThePages } from './parts.js';
import { say } from './say.js';

/** `/magic-link`: where a mailed link leads to. Opening it signs nobody in. */
export const MagicPage = ofThePages(function MagicPage() {
  return (
    <MagicLink
      token={mailed('token') ?? ''}
      attempt={mailed('attempt') ?? ''}
      onDone={() => goOn('sign-in')}
      footer={
        <p className="other">
          <a href={pageLink('sign-in')}>{say('forgot_back')}</a>
        </p>
      }
    />
  );
});
