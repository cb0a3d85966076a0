import type { CollaborationView } from '@ksbb/contracts';
import type { MadeCommitment } from '../commitment/commitment.ts';
import { confirmedOn, type Line, promisedOn, reportedOn } from '../commitment/line.ts';

function lineView(line: Line): CollaborationView['lines'][number] {
  const { terms, status, releaseReason } = line;
  return {
    lineId: terms.lineId,
    msmeId: terms.msmeId,
    msmeName: terms.msmeName,
    kelurahan: terms.area.kelurahan,
    package: terms.package,
    item: terms.package === 'goods' ? terms.item : null,
    topic: terms.package === 'training' ? terms.topic : null,
    partner: terms.package === 'capital' ? terms.partner : null,
    promised: promisedOn(line),
    reported: reportedOn(line),
    confirmed: confirmedOn(line),
    status,
    releaseReason,
  };
}

function reportViews({ terms, reports }: Line): CollaborationView['reports'] {
  if (terms.package !== 'goods') return [];
  return reports.map(({ reportId, reported, confirmed, note, receiptNote, reportedAt }) => ({
    reportId,
    lineId: terms.lineId,
    reportedQuantity: reported,
    confirmedQuantity: confirmed,
    difference: confirmed === null ? null : reported - confirmed,
    note,
    receiptNote,
    reportedAt,
  }));
}

/** A collaboration as anyone with its ID may see it: no contact data. `reports` are the delivery reports of goods. */
export function viewOf(commitment: MadeCommitment): CollaborationView {
  const { collaborationId, origin, donorName } = commitment.request;
  const about = { collaborationId, origin: origin.kind, donorName, status: commitment.status };
  if (commitment.status === 'reserving') return { ...about, confirmedAt: null, lines: [], reports: [] };
  const { confirmedAt, lines } = commitment;
  return { ...about, confirmedAt, lines: lines.map(lineView), reports: lines.flatMap(reportViews) };
}
