import type { CollaborationView } from '@ksbb/contracts';
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { hasText } from '../../i18n/language.ts';
import { progressBar } from '../../layout/bars.ts';
import { packageIcon } from '../../layout/icons.ts';
import { lineName } from '../../layout/needs.ts';
import { definitions } from '../../layout/parts.ts';
import type { PageRequest } from '../../web/page.ts';

type Line = CollaborationView['lines'][number];
type Report = CollaborationView['reports'][number];

/** The sum of what the MSME did not receive, over the reports that it has answered. */
export function differenceOf(reports: readonly Report[]): number {
  return reports.reduce((sum, { difference }) => sum + (difference ?? 0), 0);
}

/** The amount that can still be reported on a line: promised, less confirmed, less reported and not yet answered. */
export function leftToReport(line: Line, reports: readonly Report[]): number {
  const taken = reports
    .filter(({ lineId }) => lineId === line.lineId)
    .reduce((sum, { confirmedQuantity, reportedQuantity }) => sum + (confirmedQuantity ?? reportedQuantity), 0);
  return line.status === 'open' ? Math.max(0, line.promised - taken) : 0;
}

function lineStatus({ texts }: PageRequest, { status, releaseReason }: Line): string {
  const { lineStatus: names, releaseReason: reasons } = texts.collaboration;
  return status === 'released' && releaseReason !== null && hasText(reasons, releaseReason)
    ? `${names[status]}: ${reasons[releaseReason]}`
    : names[status];
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
    ${definitions('facts', [
      [words.promised, amount(line.promised)],
      [words.reported, amount(line.reported)],
      [words.confirmed, amount(line.confirmed)],
      ...(difference === 0 ? [] : [[words.difference, amount(difference), 'differs'] as const]),
    ])}
  </li>`;
}

/** Each line with its promised, reported and received amounts. */
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

/** Each delivery report with the answer of the MSME; null if there is no report. */
export function reportsSection(pageRequest: PageRequest, { lines, reports }: CollaborationView): VNode | null {
  if (reports.length === 0) return null;
  const { texts, format } = pageRequest;
  const words = texts.collaboration;
  const amount = (value: number) => format.amount('goods', value);
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
          ${definitions('facts', [
            [words.reported, amount(report.reportedQuantity)],
            [words.confirmed, report.confirmedQuantity === null ? '–' : amount(report.confirmedQuantity)],
          ])}
          ${[report.note, report.receiptNote ?? '']
            .filter((note) => note !== '')
            .map((note) => html`<p class="note">${note}</p>`)}
        </li>`;
      })}
    </ul>
  </section>`;
}
