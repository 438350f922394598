import { MagicLink } from '@keyrack/react/ui';
import { goOn, pageLink, query } from './links.js';
import { ofThePages } from './parts.js';
import { say } from './say.js';

/** `/magic-link`: where a mailed link leads to. Opening it signs nobody in. */
export const MagicPage = ofThePages(function MagicPage() {
  return (
    <MagicLink
      token={query.get('token') ?? ''}
      attempt={query.get('attempt') ?? ''}
      onDone={() => goOn('sign-in')}
      footer={
        <p className="other">
          <a href={pageLink('sign-in')}>{say('forgot_back')}</a>
        </p>
      }
    />
  );
});
