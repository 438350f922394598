import { boot } from './boot.js';
import { query, to } from './links.js';
import { say } from './say.js';
import { Title } from './title.js';

/** In place of a page whose link asks to go on to an address that the server has refused. */
export function ReturnRefused() {
  const kept = new URLSearchParams(query);
  kept.delete('redirect_uri');
  return (
    <>
      <Title>{say('return_refused_title')}</Title>
      <p className="notice notice-error" role="alert">
        {say('return_refused_text')}
      </p>
      <a className="button" href={to(boot.page, kept)}>
        {say('return_refused_go_on')}
      </a>
    </>
  );
}
