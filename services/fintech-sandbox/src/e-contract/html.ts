import { createHash } from 'node:crypto';
import type { Partner } from '../contract/record.ts';

/** HTML that is safe in a page. */
export type Html = { html: string };

type Value = string | number | Html | Html[];

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function rendered(value: Value): string {
  if (Array.isArray(value)) return value.map(({ html: text }) => text).join('');
  return typeof value === 'object'
    ? value.html
    : String(value).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** A template tag that escapes its values, except for HTML from this tag. */
export function html(parts: TemplateStringsArray, ...values: Value[]): Html {
  return { html: parts.reduce((text, part, index) => text + rendered(values[index - 1] ?? '') + part) };
}

const STYLE = `
:root{color-scheme:light;--ink:#1d2733;--muted:#566272;--line:#d5dbe3;--brand:#0b6b57;--brand-ink:#fff;--paper:#fff;
  --ground:#eef1f4;--bad:#a3180f}
body.lumbung{--brand:#8a4b08}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,"Noto Sans",sans-serif}
.banner{background:#fff3c4;color:#533f03;padding:.5rem 1rem;text-align:center;font-size:.875rem}
main{max-width:44rem;margin:1.5rem auto;background:var(--paper);border:1px solid var(--line);
  border-top:.4rem solid var(--brand);border-radius:.5rem;padding:1.5rem}
h1{margin:0;font-size:1.5rem;line-height:1.25}h2{font-size:1.1rem;margin:1.75rem 0 .5rem}
.en{color:var(--muted);font-size:.875rem}p.en{margin:.125rem 0 .75rem}
dl{display:grid;grid-template-columns:minmax(8rem,1fr) 2fr;gap:.4rem 1rem;margin:0}dt{color:var(--muted)}
dd{margin:0;font-weight:600;overflow-wrap:anywhere}
table{width:100%;border-collapse:collapse}
th,td{text-align:left;padding:.35rem .25rem;border-bottom:1px solid var(--line)}
td:last-child,th:last-child{text-align:right;font-variant-numeric:tabular-nums}
label{display:block;margin:.75rem 0 .25rem;font-weight:600}
label.check{display:flex;gap:.6rem;font-weight:400;align-items:flex-start}
input[type=text]{width:100%;font:inherit;padding:.6rem .7rem;border:1px solid #7a8796;border-radius:.35rem}
input[type=checkbox]{width:1.25rem;height:1.25rem;flex:none;margin:.15rem 0 0}
input:focus-visible,button:focus-visible{outline:3px solid #1a6fd6;outline-offset:2px}
.actions{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.25rem}
button{font:inherit;font-weight:600;padding:.7rem 1.1rem;border-radius:.35rem;border:2px solid var(--brand);
  background:var(--brand);color:var(--brand-ink);cursor:pointer}
button.plain{background:transparent;color:var(--bad);border-color:var(--bad)}
.state{border-left:.3rem solid var(--brand);background:#f2f6f5;padding:.75rem 1rem;margin:1.25rem 0 0}
.state strong{display:block}
.errors{border-left:.3rem solid var(--bad);background:#fdf0ef;padding:.75rem 1rem;margin:1.25rem 0 0;color:var(--bad)}
.errors p{margin:.125rem 0}
@media (max-width:48rem){main{margin:0;border-radius:0;border-width:.4rem 0 0}.actions button{width:100%}}
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** The headers of every page: no script, only this style, forms to this site, and no address in a Referer header. */
export const PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy':
    `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; ` +
    `base-uri 'none'; frame-ancestors 'none'`,
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
};

/** A paragraph in both languages. */
export function both(indonesian: string, english: string): Html {
  return html`<p>${indonesian}<br /><span class="en" lang="en">${english}</span></p>`;
}

/** A whole page. */
export function shell(partner: Partner, title: string, content: Html): string {
  return `<!doctype html>${
    html`<html lang="id">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        ${{ html: `<style>${STYLE}</style>` }}
      </head>
      <body class="${partner}">
        <div class="banner">
          Uji coba: mitra tiruan, tanpa uang sungguhan. <span lang="en">Sandbox: a mock partner, no real money.</span>
        </div>
        <main>${content}</main>
      </body>
    </html>`.html
  }`;
}
