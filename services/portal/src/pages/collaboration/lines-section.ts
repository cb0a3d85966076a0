import type { CollaborationView } from '@ksbb/contracts';
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { progressBar } from '../../layout/bars.ts';
import { packageIcon } from '../../layout/icons.ts';
import { lineName } from '../../layout/needs.ts';
import type { PageRequest } from '../../web/page.ts';

type Line = CollaborationView['lines'][number];
type Report = CollaborationView['reports'][number];

/** What the MSME found missing on a line, over all reports it has answered. */
export function differenceOf(reports: readonly Report[]): number {
  return reports.reduce((sum, { difference }) => sum + (difference ?? 0), 0);
}

/**
 * What is still to be reported on a line: promised, less what was confirmed and what was reported and not confirmed
 * yet.
 */
export function leftToReport(line: Line, reports: readonly Report[]): number {
  const taken = reports
    .filter(({ lineId }) => lineId === line.lineId)
    .reduce((sum, { confirmedQuantity, reportedQuantity }) => sum + (confirmedQuantity ?? reportedQuantity), 0);
  return line.status === 'open' ? Math.max(0, line.promised - taken) : 0;
}

function isReleaseReason(
  texts: PageRequest['texts'],
  reason: string,
): reason is keyof PageRequest['texts']['collaboration']['releaseReason'] {
  return Object.hasOwn(texts.collaboration.releaseReason, reason);
}

function lineStatus({ texts }: PageRequest, { status, releaseReason }: Line): string {
  const { lineStatus: names, releaseReason: reasons } = texts.collaboration;
  if (status !== 'released' || releaseReason === null || !isReleaseReason(texts, releaseReason)) return names[status];
  return `${names[status]}: ${reasons[releaseReason]}`;
}

function lineRow(pageRequest: PageRequest, line: Line, reports: readonly Report[]): VNode {
  const { texts, format, to } = pageRequest;
  const words = texts.collaboration;
  const amount = (value: number) => format.amount(line.package, value);
  const difference = differenceOf(reports.filter(({ lineId }) => lineId === line.lineId));
  return html`<li class="card line">
    <div class="line-head">
      <h3>${packageIcon(line.package)}${lineName(texts, line)}</h3>
      <span class=${`badge ${line.status}`}>${lineStatus(pageRequest, line)}</span>
    </div>
    <p class="meta"><a href=${to(`/msmes/${line.msmeId}`)}>${line.msmeName}</a>, ${line.kelurahan}</p>
    ${progressBar({
      total: line.promised,
      parts: [
        { kind: 'delivered', value: line.confirmed },
        { kind: 'promised', value: Math.max(0, line.reported - line.confirmed) },
      ],
    })}
    <dl class="facts">
      <div>
        <dt>${words.promised}</dt>
        <dd>${amount(line.promised)}</dd>
      </div>
      <div>
        <dt>${words.reported}</dt>
        <dd>${amount(line.reported)}</dd>
      </div>
      <div>
        <dt>${words.confirmed}</dt>
        <dd>${amount(line.confirmed)}</dd>
      </div>
      ${
        difference === 0
          ? null
          : html`<div class="differs">
              <dt>${words.difference}</dt>
              <dd>${amount(difference)}</dd>
            </div>`
      }
    </dl>
  </li>`;
}

/** What was promised, line by line, and how far each has come. */
export function linesSection(pageRequest: PageRequest, { lines, reports }: CollaborationView): VNode {
  return html`<section aria-labelledby="lines-title">
    <h2 id="lines-title">${pageRequest.texts.collaboration.lines}</h2>
    <ul class="lines">
      ${lines.map((line) => lineRow(pageRequest, line, reports))}
    </ul>
  </section>`;
}

function reportAnswer({ texts, format }: PageRequest, { confirmedQuantity, difference }: Report): VNode {
  const words = texts.collaboration;
  if (confirmedQuantity === null) return html`<span class="badge plain">${words.awaitingReceipt}</span>`;
  if (difference === null || difference === 0) return html`<span class="badge covered">${words.noDifference}</span>`;
  return html`<span class="badge differs">${words.differenceText(format.amount('goods', difference))}</span>`;
}

/** Each delivery report with what the MSME answered; differences are shown, not smoothed over. */
export function reportsSection(pageRequest: PageRequest, { lines, reports }: CollaborationView): VNode | null {
  if (reports.length === 0) return null;
  const { texts, format } = pageRequest;
  const words = texts.collaboration;
  return html`<section id="reports" aria-labelledby="reports-title">
    <h2 id="reports-title">${words.reports}</h2>
    <ul class="reports">
      ${reports.map((report) => {
        const line = lines.find(({ lineId }) => lineId === report.lineId);
        return html`<li class="card report">
          <div class="line-head">
            <h3>${line === undefined ? report.lineId : `${lineName(texts, line)}, ${line.msmeName}`}</h3>
            ${reportAnswer(pageRequest, report)}
          </div>
          <p class="meta">${words.reportHeading(format.dateTime(report.reportedAt))}</p>
          <dl class="facts">
            <div>
              <dt>${words.reported}</dt>
              <dd>${format.amount('goods', report.reportedQuantity)}</dd>
            </div>
            <div>
              <dt>${words.confirmed}</dt>
              <dd>${report.confirmedQuantity === null ? '–' : format.amount('goods', report.confirmedQuantity)}</dd>
            </div>
          </dl>
          ${[report.note, report.receiptNote ?? ''].filter((note) => note !== '').map((note) => html`<p class="note">${note}</p>`)}
        </li>`;
      })}
    </ul>
  </section>`;
}
