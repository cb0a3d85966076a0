import { en } from './en.ts';
import { id, type Texts } from './id.ts';

export type Language = 'id' | 'en';

export const languages: readonly Language[] = ['id', 'en'];

const catalogues: Record<Language, Texts> = { id, en };

/** Everything the portal says, in this language. */
export function textsIn(language: Language): Texts {
  return catalogues[language];
}

/** The language whose page is not the one being read. */
export function otherThan(language: Language): Language {
  return language === 'id' ? 'en' : 'id';
}

/** The address of a page in a language: Indonesian at the root, English under `/en`. `path` has no prefix. */
export function pathIn(language: Language, path: string): string {
  return language === 'id' ? path : `/en${path}`;
}

/** The language that an address belongs to, and the address without its prefix. */
export function readPath(address: string): { language: Language; path: string } {
  const match = /^\/en(?<path>\/.*)?$/.exec(address);
  return match === null ? { language: 'id', path: address } : { language: 'en', path: match.groups?.path ?? '/' };
}
