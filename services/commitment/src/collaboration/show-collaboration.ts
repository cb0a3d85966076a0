import { collaborationView, type CollaborationView } from '@ksbb/contracts';
import { defineRoute, type Route } from '@ksbb/service-kit';
import { collaborationParams, findCommitment } from '../access/find-commitment.ts';
import type { MadeCommitment } from '../commitment/commitment.ts';
import { confirmedOn, type Line, promisedOn, reportedOn } from '../commitment/line.ts';
import type { Commitments } from '../stores.ts';

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

/** A collaboration without contact data. `reports` are the delivery reports of goods. */
function viewOf(commitment: MadeCommitment): CollaborationView {
  const { collaborationId, origin, donorName } = commitment.request;
  const about = { collaborationId, origin: origin.kind, donorName, status: commitment.status };
  if (commitment.status === 'reserving') return { ...about, confirmedAt: null, lines: [], reports: [] };
  const { confirmedAt, lines } = commitment;
  return { ...about, confirmedAt, lines: lines.map(lineView), reports: lines.flatMap(reportViews) };
}

/** `GET /collaborations/:collaborationId`, for everyone who has the ID. */
export function showCollaboration({ commitments }: { commitments: Commitments }): Route {
  return defineRoute({
    auth: 'public',
    method: 'get',
    path: '/collaborations/:collaborationId',
    operationId: 'showCollaboration',
    summary: 'What a collaboration promised and what was delivered, without contact data.',
    params: collaborationParams,
    answers: {
      200: { description: 'The collaboration.', schema: collaborationView },
      400: { description: 'mistyped-collaboration-id: the check character, the length or a character is wrong.' },
      404: { description: 'no-such-collaboration' },
    },
    handle: async ({ params }) => ({
      status: 200,
      body: viewOf(await findCommitment(commitments, params.collaborationId)),
    }),
  });
}
