import type { ReactNode } from 'react';
import { boot } from './boot.js';
import { say } from './say.js';

const { app_name, logo_image_url, after_logo_click_url, tos_page_url, privacy_policy_url, support_page_url } =
  boot.deployment.ui_settings;

interface Props {
  /** Whether the server does not answer at the moment. */
  readonly stale: boolean;
  readonly children: ReactNode;
}

/** What stands around every page: whose it is above, and what the law wants below. */
export function Frame({ stale, children }: Props) {
  return (
    <div className="frame">
      <main>
        <div className="card">
          <Brand />
          {children}
        </div>
        <p className={stale ? 'stale stale-shown' : 'stale'} role="status">
          {stale ? say('stale') : ''}
        </p>
      </main>
      <Links />
    </div>
  );
}

function Brand() {
  const mark = logo_image_url ? <img src={logo_image_url} alt={app_name} className="logo" /> : <span>{app_name}</span>;
  return after_logo_click_url ? (
    <a className="brand" href={after_logo_click_url}>
      {mark}
    </a>
  ) : (
    <p className="brand">{mark}</p>
  );
}

function Links() {
  const links = [
    [tos_page_url, 'link_terms'],
    [privacy_policy_url, 'link_privacy'],
    [support_page_url, 'link_support'],
  ] as const;
  return (
    <footer>
      {links.map(
        ([url, key]) =>
          url && (
            <a key={key} href={url}>
              {say(key)}
            </a>
          ),
      )}
    </footer>
  );
}
