import { boot } from './boot.js';
import { Icon } from './icon.js';
import { say } from './say.js';

/** One account of the list. */
export interface Account {
  /** Of the sign-in, or, where it has ended, of the user. */
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

interface Props {
  readonly account: Account;
  readonly isActive?: boolean | undefined;

  /** What choosing it says it does, for those who hear the page; absent where it cannot be chosen. */
  readonly verb?: string;

  /** What choosing it does; absent where it would do nothing. */
  readonly onChoose?: (() => void) | undefined;

  /** The page that choosing it leads to instead. */
  readonly href?: string;

  /** Why it is no longer signed in, or is not the one that is asked for. */
  readonly note?: string | undefined;

  /** What else can be done with it: the button at the end. */
  readonly end?: { readonly icon: 'leave' | 'remove'; readonly label: string; readonly title: string; readonly onClick: () => void };
}

/** A row: the account itself, which can be chosen, and what else can be done with it. */
export function AccountRow({ account, isActive, verb, onChoose, href, note, end }: Props) {
  const face = <Face account={account} isActive={isActive} note={note} />;
  return (
    <li className={href ? 'account account-ended' : 'account'}>
      {href ? (
        <a className="face" href={href}>
          <span className="unseen">{verb} </span>
          {face}
        </a>
      ) : onChoose ? (
        <button type="button" className="face" aria-current={isActive} onClick={onChoose}>
          <span className="unseen">{verb} </span>
          {face}
        </button>
      ) : (
        <div className="face" aria-current={isActive}>
          {face}
        </div>
      )}
      {end && (
        <button type="button" className="icon" aria-label={end.label} title={end.title} onClick={end.onClick}>
          <Icon name={end.icon} />
        </button>
      )}
    </li>
  );
}

const { default_user_profile_image_url, use_initials_for_user_profile_image } = boot.deployment.ui_settings;

function Face({ account: { name, email }, isActive, note }: Pick<Props, 'account' | 'isActive' | 'note'>) {
  const picture = use_initials_for_user_profile_image ? '' : default_user_profile_image_url;
  return (
    <>
      <span className="avatar" aria-hidden="true">
        {picture ? <img src={picture} alt="" /> : initial(name || email)}
      </span>
      <span className="who">
        <span className="name">
          <strong>{name || email}</strong>
          {isActive && <span className="badge">{say('accounts_active')}</span>}
        </span>
        {name && email && <span> {email}</span>}
        {note && <span className="why"> {note}</span>}
      </span>
    </>
  );
}

function initial(text: string): string {
  return (text.trim().match(/\p{L}|\p{N}/u)?.[0] ?? '?').toLocaleUpperCase(boot.language);
}
