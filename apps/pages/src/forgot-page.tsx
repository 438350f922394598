import { ForgotPasswordForm } from '@keyrack/react/ui';
import { goOn, pageLink, query } from './links.js';
import { mailed } from './mailed.js';
import { ofThePages } from './parts.js';
import { passwordHint, passwordProblem } from './password.js';
import { say } from './say.js';

/** `/forgot-password`: a new password in place of one that was forgotten. With the token of a mailed link only that is asked for. */
export const ForgotPage = ofThePages(function ForgotPage() {
  return (
    <ForgotPasswordForm
      token={mailed('token')}
      email={query.get('login_hint') ?? undefined}
      passwordHint={passwordHint()}
      passwordProblem={passwordProblem}
      onDone={() => goOn('sign-in')}
      footer={
        <p className="other">
          <a href={pageLink('sign-in')}>{say('forgot_back')}</a>
        </p>
      }
    />
  );
});
