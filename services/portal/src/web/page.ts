import { randomUUID } from 'node:crypto';
import type { VNode } from 'preact';
import type { Format } from '../i18n/format.ts';
import type { Texts } from '../i18n/id.ts';
import type { Language } from '../i18n/language.ts';

/** One request for a page, as its handler sees it. */
export type PageRequest = {
  language: Language;
  texts: Texts;
  format: Format;
  /** The path without the language prefix. */
  path: string;
  params: Record<string, string>;
  query: URLSearchParams;
  /** The fields of a posted form; empty for a GET. */
  form: URLSearchParams;
  /** Whether cookies may only travel over https. */
  secure: boolean;
  cookie: (name: string) => string | undefined;
  /** The address of a page of the portal in the language of this request. */
  to: (path: string, query?: URLSearchParams) => string;
};

export type PageResponse =
  | {
      kind: 'page';
      status?: number;
      title: string;
      body: VNode;
      /** The client modules that the page loads. */
      scripts?: readonly ClientScript[];
      /** Only this visitor may see the page, so no cache may store it. */
      confidential?: boolean;
      cookies?: readonly string[];
      /** The path to link to, without the language prefix, if it differs from the path that was requested. */
      at?: string;
    }
  | { kind: 'redirect'; to: string; status: 302 | 303; cookies?: readonly string[] };

export type ClientScript = 'explore' | 'give-help' | 'actions';

export type Page = {
  method: 'get' | 'post';
  /** Express path without the prefix of a language. */
  path: string;
  handle: (pageRequest: PageRequest) => Promise<PageResponse> | PageResponse;
};

/** The redirect after a posted form: a reload then does not send the form again. */
export function seeOther(to: string, cookies: readonly string[] = []): PageResponse {
  return { kind: 'redirect', to, status: 303, cookies };
}

/** The redirect to the canonical address of a page. */
export function found(to: string): PageResponse {
  return { kind: 'redirect', to, status: 302 };
}

/** The idempotency key in a form, or a new one if it is malformed. */
export function formKey(form: URLSearchParams): string {
  const key = form.get('key') ?? '';
  return /^[\x21-\x7e]{8,128}$/.test(key) ? key : randomUUID();
}
