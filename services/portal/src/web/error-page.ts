import type { Texts } from '../i18n/texts.ts';
import { messageView } from '../pages/message-view.ts';
import { problemText } from '../pages/problem-text.ts';
import { ServiceFailed, statusOfFailure } from '../services/outcome.ts';
import { ForeignForm } from './mount-pages.ts';
import type { PageResponse, PageRequest } from './page.ts';

type Message = { status: number; title: string; text: string };

/** The status that Express gives a request it could not read, such as a broken encoding or a form that is too large. */
function statusOf(error: unknown): number {
  const status = (error as { status?: unknown } | null)?.status;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}

function messageOf(error: unknown, texts: Texts): Message {
  const words = texts.error;
  const notFound = { status: 404, title: words.notFoundTitle, text: words.notFound };
  if (error instanceof ServiceFailed) {
    const status = statusOfFailure(error.failure);
    if (status === 404) return notFound;
    const title = error.failure.kind === 'refusal' ? words.refusedTitle : words.awayTitle;
    return { status, title, text: problemText(texts, error.failure) };
  }
  if (error instanceof ForeignForm) return { status: 403, title: words.originTitle, text: words.origin };
  const status = statusOf(error);
  if (status === 413) return { status, title: words.refusedTitle, text: words.tooLarge };
  if (status < 500) return { ...notFound, status };
  return { status, title: words.faultTitle, text: words.fault };
}

/** What a person reads about an error: in their language, with a way on, and nothing of the inside. */
export function errorPage(pageRequest: PageRequest, error: unknown): PageResponse & { kind: 'page'; status: number } {
  const { status, title, text } = messageOf(error, pageRequest.texts);
  const retry = status >= 500 ? pageRequest.to(pageRequest.path, pageRequest.query) : undefined;
  return { kind: 'page', status, title, confidential: true, body: messageView(pageRequest, { title, text, retry }) };
}
