import { useCallback } from 'react';
import { useWords } from '../words.js';
import type { EntryWords } from './entry-words.js';

/** Says a text by its name, its `{placeholders}` filled in. */
export type Say = (name: keyof EntryWords, values?: Readonly<Record<string, string | number>>) => string;

/** The texts of the nearest provider of words. */
export function useSay(): Say {
  const words: EntryWords = useWords();
  return useCallback(
    (name, values = {}) => words[name].replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole)),
    [words],
  );
}
