import { confirmReceiptRequest, isCollaborationId } from '@ksbb/contracts';
import { needed, Refused, ServiceAway } from '../../services/outcome.ts';
import type { Services } from '../../services/services.ts';
import { readAmount } from '../../web/amount.ts';
import { type Page, type PageAnswer, seeOther, type Visit } from '../../web/page.ts';
import { messageView } from '../message-view.ts';
import { problemText } from '../problem-text.ts';
import { msmeOwnView, type ReceiptAttempt } from './view.ts';

type Deps = Pick<Services, 'commitment'>;

const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;

function badLink(visit: Visit): PageAnswer {
  const { texts } = visit;
  return {
    kind: 'page',
    status: 403,
    title: texts.error.refusedTitle,
    body: messageView(visit, { title: texts.error.refusedTitle, text: texts.collaboration.msmeOwn.link }),
  };
}

/** The page as it is now. Asking for the contacts also proves the token, and says whose it is. */
async function show(
  { commitment }: Deps,
  visit: Visit,
  attempt: ReceiptAttempt | null = null,
  status = 200,
): Promise<PageAnswer> {
  const { id = '', token = '' } = visit.params;
  if (!isCollaborationId(id) || !TOKEN.test(token)) return badLink(visit);
  const [contactsReply, collaboration] = await Promise.all([
    commitment.contacts(id, token),
    commitment.collaboration(id),
  ]);
  if (contactsReply.kind === 'refusal') return badLink(visit);
  const contacts = needed(contactsReply);
  return {
    kind: 'page',
    status,
    title: visit.texts.collaboration.msmeOwn.title,
    confidential: true,
    at: `/m/${id}/${token}`,
    body: msmeOwnView(visit, { collaboration: needed(collaboration), contacts, token, attempt }),
  };
}

/** The page of one MSME in one collaboration, by the link that it was sent. */
export function msmeOwnPage(deps: Deps): Page {
  return { method: 'get', path: '/m/:id/:token', handle: (visit) => show(deps, visit) };
}

/** The MSME says how much of one report has arrived. */
export function confirmReceiptPage(deps: Deps): Page {
  return {
    method: 'post',
    path: '/m/:id/:token/receipts',
    handle: async (visit) => {
      const { form, texts, params } = visit;
      const { id = '', token = '' } = params;
      if (!isCollaborationId(id) || !TOKEN.test(token)) return badLink(visit);
      const about = { reportId: form.get('reportId') ?? '', lineId: form.get('lineId') ?? '' };
      const again = (status: number, error: string) => show(deps, visit, { ...about, draft: form, error }, status);
      const quantity = readAmount(form.get('quantity') ?? '');
      if (typeof quantity !== 'number') return again(422, texts.collaboration.formErrors.number);
      const request = confirmReceiptRequest.safeParse({ ...about, quantity, note: form.get('note') ?? '' });
      if (!request.success) return again(422, texts.collaboration.formErrors.rejected);
      const reply = await deps.commitment.confirmReceipt(id, request.data, token);
      if (reply.kind === 'answer')
        return seeOther(visit.to(`/m/${id}/${token}`, new URLSearchParams({ done: 'receipt' })));
      if (reply.kind === 'away') return again(503, problemText(texts, new ServiceAway(reply.service)));
      return again(reply.status, problemText(texts, new Refused(reply)));
    },
  };
}
