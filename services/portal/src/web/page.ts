import type { VNode } from 'preact';
import type { Format } from '../i18n/format.ts';
import type { Language } from '../i18n/language.ts';
import type { Texts } from '../i18n/texts.ts';

/** One request for a page, as its handler sees it. */
export type Visit = {
  language: Language;
  texts: Texts;
  format: Format;
  /** The address without the prefix of the language. */
  path: string;
  params: Record<string, string>;
  query: URLSearchParams;
  /** The fields of a posted form; empty for a GET. */
  form: URLSearchParams;
  /** Whether cookies may only travel over https. */
  secure: boolean;
  cookie: (name: string) => string | undefined;
  /** The address of a page of the portal in the language of this visit. */
  to: (path: string, query?: URLSearchParams) => string;
};

export type PageAnswer =
  | {
      kind: 'page';
      status?: number;
      title: string;
      body: VNode;
      /** Which client modules the page loads. */
      scripts?: readonly ClientScript[];
      /** Holds what only this visitor may see, so that no cache keeps it. */
      confidential?: boolean;
      cookies?: readonly string[];
      /** The address of this page without its language, where a posted form was answered with a page of its own. */
      at?: string;
    }
  | { kind: 'redirect'; to: string; status: 302 | 303; cookies?: readonly string[] };

export type ClientScript = 'explore' | 'give-help' | 'actions';

export type Page = {
  method: 'get' | 'post';
  /** Express path without the prefix of a language. */
  path: string;
  handle: (visit: Visit) => Promise<PageAnswer> | PageAnswer;
};

/** Sends the visitor on after a posted form, so that reloading sends nothing again. */
export function seeOther(to: string, cookies: readonly string[] = []): PageAnswer {
  return { kind: 'redirect', to, status: 303, cookies };
}

/** Sends the visitor to where the page really is. */
export function found(to: string): PageAnswer {
  return { kind: 'redirect', to, status: 302 };
}
