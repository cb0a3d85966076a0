import { collaborationContacts } from '@ksbb/contracts';
import { defineRoute, type Log, Problem, type Route } from '@ksbb/service-kit';
import { type Capabilities, type Capability, requireCollaboration } from '../access/capability.ts';
import { collaborationParams, findCommitment } from '../access/find-commitment.ts';
import { msmesOf } from '../commitment/commitment.ts';
import type { Commitments, Contact, Contacts } from '../stores.ts';

type Parts = { commitments: Commitments; contacts: Contacts; capabilities: Capabilities; log: Log };

/** The donor as the bearer may see it. An MSME does not see the name of an anonymous donor. */
function donorFor(capability: Capability, contact: Contact) {
  const { name, kind, email, phone, anonymous } = contact;
  return { name: anonymous && capability.role === 'msme' ? null : name, kind, email, phone };
}

/**
 * `GET /collaborations/:collaborationId/contacts`: what donor and MSME need to coordinate. An MSME sees the donor and
 * itself. The donor sees its own data and its MSMEs. The log records who looked and not what was shown.
 */
export function showContacts({ commitments, contacts, capabilities, log }: Parts): Route {
  return defineRoute({
    auth: capabilities.bearer,
    method: 'get',
    path: '/collaborations/:collaborationId/contacts',
    operationId: 'showContacts',
    summary: 'For the donor and the MSMEs of a collaboration: how to contact each other.',
    params: collaborationParams,
    answers: {
      200: {
        description: '`donor` is null for a relend, or where the contact was not stored.',
        schema: collaborationContacts,
      },
      403: { description: 'other-collaboration, or other-msme: the token is for something else.' },
    },
    handle: async ({ params, principal }) => {
      const commitment = await findCommitment(commitments, params.collaborationId);
      const { collaborationId } = commitment.request;
      requireCollaboration(principal, collaborationId);
      const msmes = msmesOf(commitment).filter(
        ({ msmeId }) => principal.role === 'donor' || principal.msmeId === msmeId,
      );
      if (msmes.length === 0)
        throw new Problem(403, 'other-msme', 'The MSME of this token has no part in this collaboration.');
      const contact = await contacts.find(collaborationId);
      const { sub: _, ...seenBy } = principal;
      log.info({ audit: 'contacts-shown', collaborationId, ...seenBy }, 'contact data was shown');
      return {
        status: 200,
        body: { collaborationId, donor: contact === null ? null : donorFor(principal, contact), msmes },
      };
    },
  });
}
