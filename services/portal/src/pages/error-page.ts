import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { Texts } from '../i18n/id.ts';
import { hasText } from '../i18n/language.ts';
import { type Failure, ServiceFailed, statusOfFailure } from '../services/call.ts';
import { ForeignForm } from '../web/mount-pages.ts';
import type { PageRequest, PageResponse } from '../web/page.ts';

type Message = { title: string; text: string; retry?: string | undefined };

/** A page with a message only: what went wrong, and links that lead on. */
export function messageView({ texts, to }: Pick<PageRequest, 'texts' | 'to'>, { title, text, retry }: Message): VNode {
  return html`<div class="page narrow">
    <h1>${title}</h1>
    <p class="lead">${text}</p>
    <p class="ways">
      ${retry === undefined ? null : html`<a class="button" href=${retry}>${texts.error.retry}</a>`}
      <a class="button quiet" href=${to('/')}>${texts.error.home}</a>
    </p>
  </div>`;
}

/** The text for a request that a service refused, or for a service that is unavailable. */
export function problemText(texts: Texts, failure: Failure): string {
  if (failure.kind === 'unavailable') return texts.error.away(texts.part[failure.service]);
  return hasText(texts.problem, failure.slug) ? texts.problem[failure.slug] : texts.problem.unknown;
}

type ErrorMessage = { status: number; title: string; text: string };

/** The status that Express sets for a request that it cannot read, such as a form that is too large; otherwise 500. */
function statusOf(error: unknown): number {
  const status = (error as { status?: unknown } | null)?.status;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}

function messageOf(error: unknown, texts: Texts): ErrorMessage {
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

/** The page for an error, in the visitor's language. It shows no internal detail. */
export function errorPage(pageRequest: PageRequest, error: unknown): PageResponse & { kind: 'page'; status: number } {
  const { status, title, text } = messageOf(error, pageRequest.texts);
  const retry = status >= 500 ? pageRequest.to(pageRequest.path, pageRequest.query) : undefined;
  return { kind: 'page', status, title, confidential: true, body: messageView(pageRequest, { title, text, retry }) };
}
