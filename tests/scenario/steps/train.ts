import { call, expectOk, eventually } from '@ksbb/testkit';
import type { Stage, Telling } from '../story.ts';
import type { Promised } from './commit.ts';

export type Training = { topic: string; seats: number; attended: number };

export async function train(world: Stage, { say, checks }: Telling, promised: Promised): Promise<Training> {
  const { collaborationId, pin, training } = promised;
  const base = world.api('training');
  const trainingUrl = `${base}/trainings/${encodeURIComponent(`${collaborationId}.${training.topic}`)}`;
  const { token } = await expectOk('POST', `${world.api('commitment')}/collaborations/${collaborationId}/capability`, {
    body: { pin },
  });

  const startsAt = new Date();
  const endsAt = new Date(startsAt.getTime() + 2 * 3600_000);
  const schedule = {
    startsAt: startsAt.toISOString(),
    endsAt: endsAt.toISOString(),
    place: 'Balai Latihan Kerja Jakarta Pusat',
    trainer: 'Bapak Hadi',
  };
  const backwards = await call('PUT', `${trainingUrl}/schedule`, {
    token,
    body: { ...schedule, endsAt: schedule.startsAt },
  });
  checks.equal(
    'A session that ends before it starts is refused and named',
    [400, '/endsAt'],
    [backwards.status, backwards.body.errors?.[0]?.pointer],
  );
  await expectOk('PUT', `${trainingUrl}/schedule`, { token, body: schedule });
  say(`${training.topic} is scheduled, and ${training.seats} people of ${promised.places.amanah.name} are invited`);

  const attended = Math.max(1, training.seats - 1);
  await expectOk('POST', `${trainingUrl}/attendance`, { token, body: { msmeId: training.msmeId, attended } });
  await eventually(
    'the session has begun',
    async () => (await call('POST', `${trainingUrl}/holding`, { token })).status < 300,
  );
  const reported = await expectOk('POST', `${trainingUrl}/report`, {
    token,
    body: { summary: 'Peserta membuat buku kas pertama mereka.' },
  });
  say(`${attended} came; the activity is reported`);
  checks.equal('The training is reported', 'reported', reported.status);
  return { topic: training.topic, seats: training.seats, attended };
}
