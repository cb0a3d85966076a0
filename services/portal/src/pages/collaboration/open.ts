import { statusOfFailure } from '../../services/call.ts';
import type { Services } from '../../services/clients.ts';
import type { Page } from '../../web/page.ts';
import { problemText } from '../error-page.ts';
import { clearAccess, storeAccess } from './load.ts';
import { acceptForm, rejectForm, withCollaboration } from './route.ts';

/** Gives the donor's contacts and forms on this device for an hour, in exchange for the PIN. */
export function openCollaborationPage(services: Services): Page {
  return {
    method: 'post',
    path: '/collaborations/:id/open',
    handle: (pageRequest) =>
      withCollaboration(pageRequest, async (id) => {
        const { texts, form } = pageRequest;
        const words = texts.collaboration.formErrors;
        // the page never shows a PIN again, not even a rejected one
        const reject = (status: number, wrong: { errors?: Map<string, string>; problem?: string }) =>
          rejectForm(services, pageRequest, id, { form: 'open', draft: new URLSearchParams(), status, ...wrong });
        const pin = (form.get('pin') ?? '').trim();
        if (!/^\d{6}$/.test(pin)) return reject(422, { errors: new Map([['pin', words.pin]]) });
        const reply = await services.commitment.open(id, pin);
        if (reply.kind === 'answer')
          return acceptForm(pageRequest, id, 'opened', storeAccess(id, reply.value, pageRequest));
        if (reply.kind === 'refusal' && reply.slug === 'wrong-pin')
          return reject(403, { errors: new Map([['pin', words['wrong-pin']]]) });
        return reject(statusOfFailure(reply), { problem: problemText(texts, reply) });
      }),
  };
}

/** Deletes the donor's token on this device. */
export function closeCollaborationPage(): Page {
  return {
    method: 'post',
    path: '/collaborations/:id/close',
    handle: (pageRequest) =>
      withCollaboration(pageRequest, async (id) => acceptForm(pageRequest, id, 'closed', clearAccess(id, pageRequest))),
  };
}
