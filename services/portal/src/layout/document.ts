import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { otherThan, pathIn } from '../i18n/language.ts';
import type { Assets } from '../web/assets.ts';
import type { ClientScript, PageRequest } from '../web/page.ts';
import { brandMark } from './icons.ts';

type DocumentParts = {
  title: string;
  body: VNode;
  scripts?: readonly ClientScript[] | undefined;
  assets: Assets;
  pageRequest: Pick<PageRequest, 'language' | 'texts' | 'path' | 'to'>;
  /** The path of this page with its query, without the language prefix. */
  at: string;
};

function head({ title, scripts = [], assets, pageRequest, at }: DocumentParts): VNode {
  const { texts } = pageRequest;
  const withMap = scripts.includes('explore');
  return html`<head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title} · ${texts.siteName}</title>
    <meta name="description" content=${texts.description} />
    <meta name="theme-color" content="#0d4f4a" />
    <link rel="icon" href=${assets.icon} type="image/svg+xml" />
    <link rel="preload" href=${assets.font} as="font" type="font/woff2" crossorigin="anonymous" />
    ${withMap ? html`<link rel="stylesheet" href=${assets.leaflet.style} />` : null}
    <link rel="stylesheet" href=${assets.style} />
    <link rel="alternate" hreflang="id" href=${pathIn('id', at)} />
    <link rel="alternate" hreflang="en" href=${pathIn('en', at)} />
    ${
      withMap
        ? html`<script src=${assets.leaflet.script} defer></script>
            <script src=${assets.topojson} defer></script>`
        : null
    }
    ${scripts.map((name) => {
      const { url, imports } = assets.scripts[name];
      return html`${imports.map((address) => html`<link rel="modulepreload" href=${address} />`)}
        <script type="module" src=${url}></script>`;
    })}
  </head>`;
}

function siteHeader({ pageRequest, at }: DocumentParts): VNode {
  const { texts, language, path, to } = pageRequest;
  const other = otherThan(language);
  const items = [
    ['/', texts.nav.map],
    ['/impact', texts.nav.impact],
    ['/join-donation', texts.nav.joinDonation],
  ] as const;
  return html`<header class="site-header">
    <div class="bar">
      <a class="brand" href=${to('/')}>${brandMark()}<span class="brand-name">${texts.siteName}</span></a>
      <nav class="site-nav" aria-label=${texts.menu}>
        <ul>
          ${items.map(
            ([target, label]) =>
              html`<li>
                <a href=${to(target)} aria-current=${path === target ? 'page' : undefined}>${label}</a>
              </li>`,
          )}
        </ul>
      </nav>
      <a
        class="language"
        data-keep-query
        href=${pathIn(other, at)}
        lang=${other}
        hreflang=${other}
        title=${texts.otherLanguageLong}
        >${texts.otherLanguage}</a
      >
    </div>
  </header>`;
}

function siteFooter({ pageRequest: { texts } }: DocumentParts): VNode {
  const { footer } = texts;
  return html`<footer class="site-footer">
    <div class="bar">
      <p class="role">${footer.role}</p>
      <ul>
        <li><a href="https://www.openstreetmap.org/copyright">${footer.places}</a></li>
        <li>${footer.boundaries}</li>
        <li>${footer.statistics}</li>
        <li>${footer.generated}</li>
      </ul>
    </div>
  </footer>`;
}

/** A complete page as HTML text. */
export function renderDocument(document: DocumentParts): string {
  const { body, pageRequest } = document;
  return `<!doctype html>${renderToString(
    html`<html lang=${pageRequest.language}>
      ${head(document)}
      <body>
        <a class="skip" href="#content">${pageRequest.texts.skipToContent}</a>
        ${siteHeader(document)}
        <main id="content" tabindex="-1">${body}</main>
        ${siteFooter(document)}
      </body>
    </html>`,
  )}`;
}
