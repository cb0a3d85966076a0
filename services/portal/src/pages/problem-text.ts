import type { Texts } from '../i18n/texts.ts';
import type { Failure } from '../services/call.ts';

function has<T extends object>(texts: T, slug: string): slug is Extract<keyof T, string> {
  return Object.hasOwn(texts, slug);
}

/** What a person reads about a service that refused or is unavailable. */
export function problemText(texts: Texts, failure: Failure): string {
  if (failure.kind === 'unavailable') return texts.error.away(texts.part[failure.service]);
  return has(texts.problem, failure.slug) ? texts.problem[failure.slug] : texts.problem.unknown;
}
