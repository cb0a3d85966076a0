import { createHash } from 'node:crypto';
import { msme, msmeRegistration, type MsmeRegistration } from '@ksbb/contracts';
import { badRequest, defineRoute, requireBearer } from '@ksbb/service-kit';
import type { Gazetteer } from '../geography/gazetteer.ts';
import { applyCommand, type Changing } from '../http/apply-command.ts';
import { msmeAnswer } from '../http/msme-answer.ts';
import type { MsmeFacts } from '../msme/decide.ts';

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 24);

function toFacts({ kodeKelurahan, ...body }: MsmeRegistration, gazetteer: Gazetteer): MsmeFacts {
  const area = gazetteer.kelurahan(kodeKelurahan);
  if (area === undefined) {
    throw badRequest('There is no such kelurahan.', [
      { pointer: '/kodeKelurahan', detail: 'A Kemendagri code of a kelurahan in Jakarta; GET /areas lists them.' },
    ]);
  }
  if (body.location !== null && !gazetteer.contains(body.location)) {
    throw badRequest('The place is not in Jakarta.', [
      {
        pointer: '/location',
        detail: 'Degrees, such as {"lat": -6.17, "lon": 106.82}, or null where it is not known.',
      },
    ]);
  }
  const { name, category, profile, location, needs } = body;
  const sourceId = `registration:${digest(JSON.stringify({ kodeKelurahan, ...body }))}`;
  return {
    name,
    category,
    origin: 'registered',
    sourceId,
    profile,
    location,
    area,
    photos: [],
    verified: false,
    needs,
  };
}

/** The id follows from the key and the source id from the body, so a repeat finds what it made, and another body is seen. */
export const registerMsme = ({
  gazetteer,
  operatorToken,
  ...changing
}: Changing & { gazetteer: Gazetteer; operatorToken: string }) =>
  defineRoute({
    method: 'post',
    path: '/msmes',
    operationId: 'registerMsme',
    summary: 'Puts an MSME on the map (officers)',
    body: msmeRegistration,
    idempotent: true,
    bearer: true,
    answers: { 201: { description: 'It is on the map; a repeat gets it as it is now', schema: msme } },
    handle: async ({ request, body, idempotencyKey }) => {
      requireBearer(request, operatorToken);
      const msmeId = `reg-${digest(idempotencyKey)}`;
      return msmeAnswer(
        201,
        await applyCommand(changing, msmeId, { type: 'list', msmeId, facts: toFacts(body, gazetteer) }),
      );
    },
  });
