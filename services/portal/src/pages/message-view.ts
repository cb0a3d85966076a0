import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { PageRequest } from '../web/page.ts';

type Message = { title: string; text: string; extra?: VNode; retry?: string | undefined };

/** A page that only says something: what went wrong, and the ways on. */
export function messageView(
  { texts, to }: Pick<PageRequest, 'texts' | 'to'>,
  { title, text, extra, retry }: Message,
): VNode {
  return html`<div class="page narrow">
    <h1>${title}</h1>
    <p class="lead">${text}</p>
    ${extra ?? null}
    <p class="ways">
      ${retry === undefined ? null : html`<a class="button" href=${retry}>${texts.error.retry}</a>`}
      <a class="button quiet" href=${to('/')}>${texts.error.home}</a>
    </p>
  </div>`;
}
