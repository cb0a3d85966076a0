import { Refused, ServiceAway } from '../../services/outcome.ts';
import type { Services } from '../../services/services.ts';
import { type Page, seeOther } from '../../web/page.ts';
import { problemText } from '../problem-text.ts';
import { forgetAccess, keepAccess } from './access-cookie.ts';
import { showCollaboration, withCollaboration } from './route.ts';

/** Opens a collaboration on this device for an hour, with its PIN. */
export function openCollaborationPage(services: Services): Page {
  return {
    method: 'post',
    path: '/collaborations/:id/open',
    handle: (visit) =>
      withCollaboration(visit, async (id) => {
        const { texts } = visit;
        const words = texts.collaboration.formErrors;
        const pin = (visit.form.get('pin') ?? '').trim();
        const again = (status: number, errors: Map<string, string>, problem?: string) =>
          showCollaboration(
            services,
            visit,
            id,
            { form: 'open', draft: new URLSearchParams(), errors, ...(problem === undefined ? {} : { problem }) },
            status,
          );
        if (!/^\d{6}$/.test(pin)) return again(422, new Map([['pin', words.pin]]));
        const reply = await services.commitment.open(id, pin);
        if (reply.kind === 'answer') {
          return seeOther(
            visit.to(`/collaborations/${id}`, new URLSearchParams({ done: 'opened' })),
            keepAccess(id, reply.value, visit),
          );
        }
        if (reply.kind === 'away') return again(503, new Map(), problemText(texts, new ServiceAway(reply.service)));
        if (reply.slug === 'wrong-pin') return again(403, new Map([['pin', words['wrong-pin']]]));
        return again(reply.status, new Map(), problemText(texts, new Refused(reply)));
      }),
  };
}

/** Forgets the PIN's token on this device. */
export function closeCollaborationPage(): Page {
  return {
    method: 'post',
    path: '/collaborations/:id/close',
    handle: (visit) =>
      withCollaboration(visit, async (id) =>
        seeOther(visit.to(`/collaborations/${id}`, new URLSearchParams({ done: 'closed' })), forgetAccess(id, visit)),
      ),
  };
}
