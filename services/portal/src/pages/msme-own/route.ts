import { confirmReceiptRequest, isCollaborationId } from '@ksbb/contracts';
import { statusOfFailure, unwrap } from '../../services/outcome.ts';
import type { Services } from '../../services/services.ts';
import { readAmount } from '../../web/amount.ts';
import { type Page, type PageResponse, seeOther, type PageRequest } from '../../web/page.ts';
import { messageView } from '../message-view.ts';
import { problemText } from '../problem-text.ts';
import { msmeOwnView, type RejectedReceipt } from './view.ts';

type Deps = Pick<Services, 'commitment'>;

const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;

function badLink(pageRequest: PageRequest): PageResponse {
  const { texts } = pageRequest;
  return {
    kind: 'page',
    status: 403,
    title: texts.error.refusedTitle,
    body: messageView(pageRequest, { title: texts.error.refusedTitle, text: texts.collaboration.msmeOwn.link }),
  };
}

/** The page as it is now. Asking for the contacts also proves the token, and says whose it is. */
async function show(
  { commitment }: Deps,
  pageRequest: PageRequest,
  rejected: RejectedReceipt | null = null,
  status = 200,
): Promise<PageResponse> {
  const { id = '', token = '' } = pageRequest.params;
  if (!isCollaborationId(id) || !TOKEN.test(token)) return badLink(pageRequest);
  const [contactsReply, collaboration] = await Promise.all([
    commitment.contacts(id, token),
    commitment.collaboration(id),
  ]);
  if (contactsReply.kind === 'refusal') return badLink(pageRequest);
  const contacts = unwrap(contactsReply);
  return {
    kind: 'page',
    status,
    title: pageRequest.texts.collaboration.msmeOwn.title,
    confidential: true,
    at: `/m/${id}/${token}`,
    body: msmeOwnView(pageRequest, { collaboration: unwrap(collaboration), contacts, token, rejected }),
  };
}

/** The page of one MSME in one collaboration, by the link that it was sent. */
export function msmeOwnPage(deps: Deps): Page {
  return { method: 'get', path: '/m/:id/:token', handle: (pageRequest) => show(deps, pageRequest) };
}

/** The MSME says how much of one report has arrived. */
export function confirmReceiptPage(deps: Deps): Page {
  return {
    method: 'post',
    path: '/m/:id/:token/receipts',
    handle: async (pageRequest) => {
      const { form, texts, params } = pageRequest;
      const { id = '', token = '' } = params;
      if (!isCollaborationId(id) || !TOKEN.test(token)) return badLink(pageRequest);
      const about = { reportId: form.get('reportId') ?? '', lineId: form.get('lineId') ?? '' };
      const again = (status: number, error: string) =>
        show(deps, pageRequest, { ...about, draft: form, error }, status);
      const quantity = readAmount(form.get('quantity') ?? '');
      if (typeof quantity !== 'number') return again(422, texts.collaboration.formErrors.number);
      const request = confirmReceiptRequest.safeParse({ ...about, quantity, note: form.get('note') ?? '' });
      if (!request.success) return again(422, texts.collaboration.formErrors.rejected);
      const reply = await deps.commitment.confirmReceipt(id, request.data, token);
      if (reply.kind === 'answer')
        return seeOther(pageRequest.to(`/m/${id}/${token}`, new URLSearchParams({ done: 'receipt' })));
      return again(statusOfFailure(reply), problemText(texts, reply));
    },
  };
}
