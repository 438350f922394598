/** What the forms of the package are made of on these pages, and what they say. */
import { type UiParts, UiPartsProvider, type UiWords, UiWordsProvider } from '@keyrack/react/ui';
import { type ComponentType, useEffect, useRef } from 'react';
import { boot } from './boot.js';
import { Field, PasswordField } from './field.js';
import { Form } from './form.js';
import type { PageProps } from './page.js';
import { problemOf } from './problem.js';
import { say } from './say.js';
import { Loading } from './states.js';
import { Title } from './title.js';

const LOOKS = { main: 'button button-main', usual: 'button', link: 'link' } as const;

const PARTS: UiParts = {
  Title: function PageTitle({ children, takesFocus = false }) {
    const title = useRef<HTMLHeadingElement>(null);
    useEffect(() => {
      if (takesFocus) title.current?.focus();
    }, [takesFocus]);
    return <Title ref={title}>{children}</Title>;
  },
  Lead: ({ children }) => <p className="lead">{children}</p>,
  Notice: ({ isBad = false, children }) => (
    <p className={isBad ? 'notice notice-warning' : 'notice notice-info'} role={isBad ? 'alert' : undefined}>
      {children}
    </p>
  ),
  Form,
  Field,
  PasswordField,
  Button: ({ look = 'usual', isBusy = false, isOff = false, onPress, children }) => (
    <button
      type="button"
      className={LOOKS[look]}
      aria-busy={isBusy}
      aria-disabled={isOff || undefined}
      onClick={() => !isBusy && !isOff && onPress()}
    >
      {children}
    </button>
  ),
  Anchor: ({ href, children }) => <a href={href}>{children}</a>,
  Ways: ({ children }) => <div className="ways">{children}</div>,
  Outcome: ({ isGood, children }) => (
    <p className={isGood ? 'good' : 'problem'} role="status">
      {children}
    </p>
  ),
  Other: ({ children }) => <p className="other">{children}</p>,
  Working: Loading,
  problemOf,
};

/**
 * The texts of these pages under the names that the package has for them: `field_email` is its `fieldEmail`. Its own
 * English ones are left out of the build (vite.config.ts): a test compares the names.
 */
const WORDS = {
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

/** A page on which the forms of the package look like these pages, and speak their language. */
export function ofThePages(Shown: ComponentType<PageProps>): ComponentType<PageProps> {
  return function OfThePages(props) {
    return (
      <UiWordsProvider words={WORDS}>
        <UiPartsProvider parts={PARTS}>
          <Shown {...props} />
        </UiPartsProvider>
      </UiWordsProvider>
    );
  };
}
