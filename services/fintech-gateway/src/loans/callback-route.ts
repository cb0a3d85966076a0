import type { Partner as PartnerName } from '@ksbb/contracts';
import { badRequest, defineRoute, type Route, unauthorized } from '@ksbb/service-kit';
import type { Partner } from '../partners/partner.ts';
import type { FactBook } from './report-recorder.ts';

type Parts = { name: PartnerName; partner: Pick<Partner, 'verifyCallback'>; facts: FactBook; clock: () => Date };

/**
 * Where a partner calls back. A genuine message is booked or set aside before the answer; a repeat is answered alike, and
 * changes nothing.
 */
export function receiveCallback({ name, partner, facts, clock }: Parts): Route {
  return defineRoute({
    method: 'post',
    path: `/callbacks/${name}`,
    operationId: `receiveCallbackOf${name[0]?.toUpperCase()}${name.slice(1)}`,
    summary: `Takes what ${name} says about a contract; signed over the raw body.`,
    answers: {
      202: { description: 'Taken. What could not be booked is set aside for a person.' },
      400: { description: 'Signed by the partner, and not what was agreed; it is set aside.' },
      401: { description: 'Not signed by the partner, or not lately. Nothing is kept.' },
    },
    handle: async ({ request, rawBody }) => {
      const verified = partner.verifyCallback(
        { headers: request.headers, rawBody, path: request.originalUrl },
        clock(),
      );
      switch (verified.is) {
        case 'refused':
          throw unauthorized(`This callback is not genuine: ${verified.why}.`);
        case 'malformed':
          await facts.receiveMalformed(name, verified.message);
          throw badRequest(
            'This message does not have the agreed shape. It is kept for a person to look at.',
            verified.message.errors,
          );
        case 'genuine':
          await facts.receive(name, verified.delivery);
          return { status: 202 };
        default:
          return verified satisfies never;
      }
    },
  });
}
