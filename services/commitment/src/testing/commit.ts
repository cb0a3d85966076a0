import type { MakeCommitmentAnswer, MakeCommitmentRequest } from '@ksbb/contracts';
import request from 'supertest';
import { donor, freshKey, listMsme, msmeNamed, operatorToken, type RunningService } from './running-service.ts';

/** Lists an MSME and commits to 100 masks, all its capital and 4 seats of training there: lines 1, 2 and 3. */
export async function commitTo(
  service: RunningService,
  msmeId: string,
  more: Partial<MakeCommitmentRequest['donor']> = {},
): Promise<MakeCommitmentAnswer> {
  await listMsme(service, msmeNamed(msmeId));
  const lines = [
    { msmeId, needId: `${msmeId}.face-mask`, package: 'goods', quantity: 100 },
    {
      msmeId,
      needId: `${msmeId}.capital`,
      package: 'capital',
      amountRupiah: 6_000_000,
      partner: 'lumbung',
      instalments: 6,
    },
    { msmeId, needId: `${msmeId}.bookkeeping`, package: 'training', seats: 4 },
  ];
  const body = { donor: { ...donor, ...more }, consent: true, lines };
  const answer = await request(service.app).post('/commitments').set('Idempotency-Key', freshKey()).send(body);
  if (answer.status !== 201) throw new Error(`the commitment was answered ${answer.status}`);
  return answer.body;
}

/** The token that an officer hands to the MSME of a collaboration. */
export async function msmeTokenOf(service: RunningService, collaborationId: string): Promise<string> {
  const answer = await request(service.app)
    .get(`/collaborations/${collaborationId}/msme-links`)
    .set('Authorization', `Bearer ${operatorToken}`);
  return answer.body.links[0].token;
}
