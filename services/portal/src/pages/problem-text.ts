import type { Texts } from '../i18n/texts.ts';
import { type Refused, ServiceAway } from '../services/outcome.ts';

function has<T extends object>(texts: T, slug: string): slug is Extract<keyof T, string> {
  return Object.hasOwn(texts, slug);
}

/** What to tell the person about a service that is away or refused. */
export function problemText(texts: Texts, error: ServiceAway | Refused): string {
  if (error instanceof ServiceAway) return texts.error.away(texts.part[error.service]);
  const { slug } = error.refusal;
  return has(texts.problem, slug) ? texts.problem[slug] : texts.problem.unknown;
}
