import { type ConfirmedLine, helpAmount, type lineReleased } from '@ksbb/contracts';
import type { z } from 'zod';

export type ReleaseReason = z.output<typeof lineReleased.data>['reason'];

/**
 * Help on a line, in the unit of its package. For goods `reported` is the donor's number and `confirmed` the MSME's,
 * null until the MSME confirms. A disbursed loan or taken seats are reported and confirmed at once.
 */
export type Report = {
  reportId: string;
  reported: number;
  confirmed: number | null;
  note: string;
  receiptNote: string | null;
  reportedAt: string;
};

export type LineStatus = 'open' | 'fulfilled' | 'released';

/** A covered line: its terms and what was delivered on it. */
export type Line = { terms: ConfirmedLine; status: LineStatus; releaseReason: ReleaseReason | null; reports: Report[] };

/** The members that every event about a line has. */
export function aboutLine({ request }: { request: { collaborationId: string } }, { terms }: Line) {
  const { lineId, msmeId, needId } = terms;
  return { collaborationId: request.collaborationId, lineId, msmeId, needId, package: terms.package };
}

/** What was promised, in the unit of the package. */
export function promisedOn(line: Line): number {
  return helpAmount(line.terms);
}

/** All that was reported, confirmed or not. */
export function reportedOn(line: Line): number {
  return line.reports.reduce((total, { reported }) => total + reported, 0);
}

/** All that the MSME received for certain. */
export function confirmedOn(line: Line): number {
  return line.reports.reduce((total, { confirmed }) => total + (confirmed ?? 0), 0);
}

/**
 * What can still be reported or released: the promised amount, less the confirmed amount, less what is reported and not
 * confirmed yet. Where the MSME confirmed less than was reported, the difference can be delivered again.
 */
export function missingOn(line: Line): number {
  return line.reports.reduce((missing, { reported, confirmed }) => missing - (confirmed ?? reported), promisedOn(line));
}

/** The line after its report was confirmed. A report that is new and confirmed at once is added. */
export function withReceipt(line: Line, receipt: Report): Line {
  const { confirmed, receiptNote } = receipt;
  const isThere = line.reports.some(({ reportId }) => reportId === receipt.reportId);
  const reports = isThere
    ? line.reports.map((report) =>
        report.reportId === receipt.reportId ? { ...report, confirmed, receiptNote } : report,
      )
    : [...line.reports, receipt];
  const after = { ...line, reports };
  return confirmedOn(after) >= promisedOn(after) ? { ...after, status: 'fulfilled' } : after;
}

/** The line after the rest of it was released. Empty seats do not undo a training that was held. */
export function withRelease(line: Line, reason: ReleaseReason): Line {
  const wasHeld = reason === 'attendance-below-seats' && confirmedOn(line) > 0;
  return { ...line, status: wasHeld ? 'fulfilled' : 'released', releaseReason: reason };
}
