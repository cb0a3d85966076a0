import type { MsmeSummary, PackageOfHelp } from '@ksbb/contracts';
import { html } from 'htm/preact';
import type { ComponentChildren, VNode } from 'preact';
import type { PageRequest } from '../web/page.ts';
import { inputField } from './field.ts';
import { packageIcon } from './icons.ts';

/** A short message above a page. */
export function notice(kind: 'good' | 'bad' | 'plain', content: ComponentChildren): VNode {
  return html`<div class=${`notice ${kind}`} role=${kind === 'bad' ? 'alert' : 'status'}>${content}</div>`;
}

/** The packages with open needs; if there is none, that all needs are covered. */
export function needBadges({ texts }: Pick<PageRequest, 'texts'>, openNeeds: readonly PackageOfHelp[]): VNode {
  if (openNeeds.length === 0) return html`<span class="badge covered">${texts.covered}</span>`;
  return html`<span class="badges"
    >${openNeeds.map(
      (of) => html`<span class=${`badge need ${of}`}>${packageIcon(of)}${texts.package[of]}</span>`,
    )}</span
  >`;
}

/** Marks an MSME of the sample data; null for every other MSME. */
export function originBadge({ texts }: Pick<PageRequest, 'texts'>, origin: MsmeSummary['origin']): VNode | null {
  return origin === 'generated' ? html`<span class="badge sample">${texts.origin.generated}</span>` : null;
}

/** The form for the collaboration ID. `typed` and `error` come from an ID that was rejected. */
export function trackingForm(
  { texts, to }: Pick<PageRequest, 'texts' | 'to'>,
  { typed, error }: { typed?: string; error?: string } = {},
): VNode {
  return html`<form class="tracking" method="get" action=${to('/collaborations')}>
    <div class="tracking-inner">
      ${inputField({
        label: texts.tracking.label,
        name: 'id',
        value: typed,
        error,
        hint: texts.tracking.hint,
        autocomplete: 'off',
        maxlength: 60,
        className: 'code',
        after: html`<button class="button accent" type="submit">${texts.tracking.button}</button>`,
      })}
    </div>
  </form>`;
}

/** Terms with their values, each of which may have a class. */
export function definitions(
  className: string,
  entries: readonly (readonly [term: string, value: ComponentChildren, className?: string | undefined])[],
): VNode {
  return html`<dl class=${className}>
    ${entries.map(
      ([term, value, entryClass]) =>
        html`<div class=${entryClass}>
          <dt>${term}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

/** A table that can be scrolled sideways on a narrow screen, also by keyboard. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly ComponentChildren[])[],
): VNode {
  return html`<div class="table" role="region" aria-label=${caption} tabindex="0">
    <table>
      <caption class="visually-hidden">
        ${caption}
      </caption>
      <thead>
        <tr>
          ${head.map((title) => html`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell, at) => (at === 0 ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`))}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
