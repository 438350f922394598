import { createContext, type ReactElement, type ReactNode, useContext, useMemo } from 'react';
import { ENGLISH } from './english.js';

/** Everything that the components say. */
export type UiWords = typeof ENGLISH;

const WordsContext = createContext<UiWords>(ENGLISH);

/** What {@link UiWordsProvider} takes. */
export interface UiWordsProviderProps {
  /** Another language, or other words for some things; what is left out stays English. */
  readonly words: Partial<UiWords>;
  readonly children?: ReactNode;
}

/** Has the components below say things in other words. Messages of the server come in the language that it speaks. */
export function UiWordsProvider({ words, children }: UiWordsProviderProps): ReactElement {
  const all = useMemo(() => ({ ...ENGLISH, ...words }), [words]);
  return <WordsContext.Provider value={all}>{children}</WordsContext.Provider>;
}

/** The words of the nearest provider. */
export function useWords(): UiWords {
  return useContext(WordsContext);
}
