import { statusOfFailure } from '../../services/call.ts';
import type { Services } from '../../services/clients.ts';
import { type Page, seeOther } from '../../web/page.ts';
import { problemText } from '../error-page.ts';
import { clearAccess, storeAccess } from './load.ts';
import { rejectForm, withCollaboration } from './route.ts';

/** Opens a collaboration on this device for an hour, with its PIN. */
export function openCollaborationPage(services: Services): Page {
  return {
    method: 'post',
    path: '/collaborations/:id/open',
    handle: (pageRequest) =>
      withCollaboration(pageRequest, async (id) => {
        const { texts, form, to } = pageRequest;
        const words = texts.collaboration.formErrors;
        // the PIN is typed anew each time
        const reject = (status: number, wrong: { errors?: Map<string, string>; problem?: string }) =>
          rejectForm(services, pageRequest, id, { form: 'open', draft: new URLSearchParams(), status, ...wrong });
        const pin = (form.get('pin') ?? '').trim();
        if (!/^\d{6}$/.test(pin)) return reject(422, { errors: new Map([['pin', words.pin]]) });
        const reply = await services.commitment.open(id, pin);
        if (reply.kind === 'answer')
          return seeOther(
            to(`/collaborations/${id}`, new URLSearchParams({ done: 'opened' })),
            storeAccess(id, reply.value, pageRequest),
          );
        if (reply.kind === 'refusal' && reply.slug === 'wrong-pin')
          return reject(403, { errors: new Map([['pin', words['wrong-pin']]]) });
        return reject(statusOfFailure(reply), { problem: problemText(texts, reply) });
      }),
  };
}

/** Forgets the PIN's token on this device. */
export function closeCollaborationPage(): Page {
  return {
    method: 'post',
    path: '/collaborations/:id/close',
    handle: (pageRequest) =>
      withCollaboration(pageRequest, async (id) =>
        seeOther(
          pageRequest.to(`/collaborations/${id}`, new URLSearchParams({ done: 'closed' })),
          clearAccess(id, pageRequest),
        ),
      ),
  };
}
