import { boot } from './boot.js';
import { Say, say } from './say.js';

const { signup_terms_statement_shown, signup_terms_statement, tos_page_url, privacy_policy_url } =
  boot.deployment.ui_settings;

/** What a new account agrees to: the deployment's own words, or a sentence around its links. */
export function Terms() {
  if (!signup_terms_statement_shown) return null;
  if (signup_terms_statement) return <p className="terms">{signup_terms_statement}</p>;
  const terms = <a href={tos_page_url}>{say('link_terms')}</a>;
  const privacy = <a href={privacy_policy_url}>{say('link_privacy')}</a>;
  const key =
    tos_page_url && privacy_policy_url
      ? 'sign_up_terms'
      : tos_page_url
        ? 'sign_up_terms_only'
        : privacy_policy_url
          ? 'sign_up_privacy_only'
          : undefined;
  return (
    key && (
      <p className="terms">
        <Say k={key} values={{ terms, privacy }} />
      </p>
    )
  );
}
