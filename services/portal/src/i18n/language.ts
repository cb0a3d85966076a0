import { en } from './en.ts';
import { id, type Texts } from './id.ts';

export type Language = 'id' | 'en';

export const languages: readonly Language[] = ['id', 'en'];

const catalogues: Record<Language, Texts> = { id, en };

/** All texts of the portal in one language. */
export function textsIn(language: Language): Texts {
  return catalogues[language];
}

/** Whether there is a text for a key that comes from outside, such as the reason of a service. */
export function hasText<T extends object>(texts: T, key: string): key is Extract<keyof T, string> {
  return Object.hasOwn(texts, key);
}

/** The other one of the two languages. */
export function otherThan(language: Language): Language {
  return language === 'id' ? 'en' : 'id';
}

/** The path of a page in a language: Indonesian at the root, English under `/en`. `path` has no prefix. */
export function pathIn(language: Language, path: string): string {
  return language === 'id' ? path : `/en${path}`;
}

/** The language of a path, and the path without the language prefix. */
export function readPath(address: string): { language: Language; path: string } {
  const match = /^\/en(?<path>\/.*)?$/.exec(address);
  return match === null ? { language: 'id', path: address } : { language: 'en', path: match.groups?.path ?? '/' };
}
