import express, { type Express, type Request, type Response } from 'express';
import { formatIn } from '../i18n/format.ts';
import { type Language, languages, pathIn, readPath, textsIn } from '../i18n/language.ts';
import { renderDocument } from '../layout/document.ts';
import type { Assets } from './assets.ts';
import type { Page, PageRequest, PageResponse } from './page.ts';
import { isFromOwnPages, readCookie } from './security.ts';

const FORM_LIMIT = '128kb';

export type PageShell = { assets: Assets; publicUrl: string };

/** A form was posted from another site. */
export class ForeignForm extends Error {
  constructor() {
    super('a form was posted from another site');
    this.name = 'ForeignForm';
  }
}

/** The query of a request. */
function queryOf(request: Request): URLSearchParams {
  const at = request.originalUrl.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : request.originalUrl.slice(at + 1));
}

/** A request as a page's handler sees it. */
export function pageRequestOf(request: Request, publicUrl: string): PageRequest {
  const { language, path } = readPath(request.path);
  const body: unknown = request.body;
  return {
    language,
    path,
    texts: textsIn(language),
    format: formatIn(language),
    params: Object.fromEntries(Object.entries(request.params).map(([name, value]) => [name, String(value)])),
    query: queryOf(request),
    form: new URLSearchParams(typeof body === 'string' ? body : ''),
    secure: publicUrl.startsWith('https:'),
    cookie: (name) => readCookie(request.headers.cookie, name),
    to: (target, query) => pathIn(language, target) + (query === undefined || query.size === 0 ? '' : `?${query}`),
  };
}

/** Sends a page or a redirect. */
export function sendPage(
  response: Response,
  pageRequest: PageRequest,
  answer: PageResponse,
  { assets }: PageShell,
): void {
  for (const cookie of answer.cookies ?? []) response.append('Set-Cookie', cookie);
  if (answer.kind === 'redirect') {
    response.set('Cache-Control', 'no-store').redirect(answer.status, answer.to);
    return;
  }
  const { title, body, scripts, status = 200, confidential = false } = answer;
  const at = answer.at ?? pageRequest.path + (pageRequest.query.size === 0 ? '' : `?${pageRequest.query}`);
  response
    .status(status)
    .set('Cache-Control', confidential ? 'no-store' : 'private, no-cache')
    .set('Content-Language', pageRequest.language)
    .type('html')
    .send(renderDocument({ title, body, scripts, assets, pageRequest, at }));
}

/** Reads a form as text; `pageRequestOf` reads its fields. A request without a body passes through. */
const readForm = express.text({ type: 'application/x-www-form-urlencoded', limit: FORM_LIMIT });

function mount(app: Express, page: Page, language: Language, shell: PageShell): void {
  const path = pathIn(language, page.path);
  const handler = async (request: Request, response: Response) => {
    response.locals.route = path;
    if (page.method === 'post' && !isFromOwnPages(request.headers, shell.publicUrl)) throw new ForeignForm();
    const pageRequest = pageRequestOf(request, shell.publicUrl);
    sendPage(response, pageRequest, await page.handle(pageRequest), shell);
  };
  app[page.method](path, readForm, handler);
}

/** Serves each page at its address in every language. */
export function mountPages(app: Express, pages: readonly Page[], shell: PageShell): void {
  for (const page of pages) for (const language of languages) mount(app, page, language, shell);
}
