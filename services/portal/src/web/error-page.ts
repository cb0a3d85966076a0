import { Problem } from '@ksbb/service-kit';
import type { Texts } from '../i18n/texts.ts';
import { messageView } from '../pages/message-view.ts';
import { problemText } from '../pages/problem-text.ts';
import { Refused, ServiceAway } from '../services/outcome.ts';
import { ForeignForm } from './mount-pages.ts';
import type { PageAnswer, Visit } from './page.ts';

type Told = { status: number; title: string; text: string };

/** The status that Express gives a request it could not read, such as a broken encoding or a form that is too large. */
function statusOf(error: unknown): number {
  const status = (error as { status?: unknown } | null)?.status;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}

function tell(error: unknown, texts: Texts): Told {
  const words = texts.error;
  if (error instanceof ServiceAway) return { status: 503, title: words.awayTitle, text: problemText(texts, error) };
  if (error instanceof Refused) {
    if (error.refusal.status === 404) return { status: 404, title: words.notFoundTitle, text: words.notFound };
    return { status: error.refusal.status, title: words.refusedTitle, text: problemText(texts, error) };
  }
  if (error instanceof ForeignForm) return { status: 403, title: words.originTitle, text: words.origin };
  if (error instanceof Problem && error.status === 404)
    return { status: 404, title: words.notFoundTitle, text: words.notFound };
  const status = statusOf(error);
  if (status === 413) return { status, title: words.refusedTitle, text: words.tooLarge };
  if (status < 500) return { status, title: words.notFoundTitle, text: words.notFound };
  return { status, title: words.faultTitle, text: words.fault };
}

/** What a person is told about an error: in their language, with a way on, and nothing of the inside. */
export function errorPage(visit: Visit, error: unknown): PageAnswer & { kind: 'page'; status: number } {
  const { status, title, text } = tell(error, visit.texts);
  const retry = status >= 500 ? visit.to(visit.path, visit.query) : undefined;
  return { kind: 'page', status, title, confidential: true, body: messageView(visit, { title, text, retry }) };
}
