import { type ConfirmedLine, lineAmount, type lineReleased } from '@ksbb/contracts';
import type { z } from 'zod';

export type ReleaseReason = z.output<typeof lineReleased.data>['reason'];

/**
 * Help that came on a line, in the unit of its package. For goods `reported` is what the donor says was delivered and
 * `confirmed` what the MSME says has arrived, null until it has said so. A loan paid out or seats taken are both at once.
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

/** A line of a commitment that holds: what was agreed, and what came of it. */
export type Line = { terms: ConfirmedLine; status: LineStatus; releaseReason: ReleaseReason | null; reports: Report[] };

/** What was promised, in the unit of the package. */
export function promisedOn(line: Line): number {
  return lineAmount(line.terms);
}

/** All that was reported, confirmed or not. */
export function reportedOn(line: Line): number {
  return line.reports.reduce((total, { reported }) => total + reported, 0);
}

/** All that is known to have arrived. */
export function confirmedOn(line: Line): number {
  return line.reports.reduce((total, { confirmed }) => total + (confirmed ?? 0), 0);
}

/**
 * What may still be reported, or released: what was promised, less what has arrived and less what is on its way to being
 * confirmed. Where the MSME confirmed less than was reported, the difference may be delivered again.
 */
export function missingOn(line: Line): number {
  return line.reports.reduce((missing, { reported, confirmed }) => missing - (confirmed ?? reported), promisedOn(line));
}

/** The line after its report `reportId` was confirmed, or came confirmed. */
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

/** The line after the rest of it was given back. Seats that stayed empty do not undo a training that was held. */
export function withRelease(line: Line, reason: ReleaseReason): Line {
  const wasHeld = reason === 'attendance-below-seats' && confirmedOn(line) > 0;
  return { ...line, status: wasHeld ? 'fulfilled' : 'released', releaseReason: reason };
}
