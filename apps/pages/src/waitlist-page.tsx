import { WaitlistForm } from '@keyrack/react/ui';
import { pageLink, query } from './links.js';
import { ofThePages } from './parts.js';
import { say } from './say.js';
import { hasWaitlist } from './settings.js';
import { Title } from './title.js';

/** `/waitlist`: for who wants an account where new ones are let in one by one. */
export const WaitlistPage = ofThePages(function WaitlistPage() {
  const back = (
    <p className="other">
      {say('sign_up_has_account')} <a href={pageLink('sign-in')}>{say('sign_up_to_sign_in')}</a>
    </p>
  );
  if (hasWaitlist) return <WaitlistForm email={query.get('login_hint') ?? undefined} footer={back} />;
  return (
    <>
      <Title>{say('waitlist_closed_title')}</Title>
      <p className="notice notice-warning">{say('waitlist_closed_text')}</p>
      {back}
    </>
  );
});
