/** What the forms of the package are made of on these pages, and what they say. */
import { type UiParts, UiPartsProvider, UiWordsProvider } from '@keyrack/react/ui';
import type { ComponentType } from 'react';
import { Field, PasswordField } from './field.js';
import { Form } from './form.js';
import type { PageProps } from './page.js';
import { PLAIN } from './plain-parts.js';
import { WORDS } from './words.js';

const PARTS: UiParts = { ...PLAIN, Form, Field, PasswordField };

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
