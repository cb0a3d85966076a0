import { call } from '../api.ts';
import { eventually } from '../eventually.ts';
import type { Commitment } from './commit.ts';
import type { Part } from './environment.ts';

/** The training is scheduled, held and reported. Answers how many people came. */
export async function train(
  { client, say, checks }: Part,
  { collaborationId, pin, training }: Commitment,
): Promise<number> {
  const { topic, seats, msme } = training;
  const url = client.trainingUrl(collaborationId, topic);
  const token = await client.capability(collaborationId, pin);
  const startsAt = new Date();
  const schedule = {
    startsAt: startsAt.toISOString(),
    endsAt: new Date(startsAt.getTime() + 2 * 3_600_000).toISOString(),
    place: 'Balai Latihan Kerja Jakarta Pusat',
    trainer: 'Bapak Hadi',
  };
  const body = { ...schedule, endsAt: schedule.startsAt };
  const backwards = await call('PUT', `${url}/schedule`, { token, body });
  checks.equal(
    'A session that ends before it starts is refused and named',
    [400, '/endsAt'],
    [backwards.status, backwards.body.errors?.[0]?.pointer],
  );
  await client.request('PUT', `${url}/schedule`, { token, body: schedule });
  say(`${topic} is scheduled, and ${seats} people of ${msme.name} are invited`);

  const attended = Math.max(1, seats - 1);
  await client.request('POST', `${url}/attendance`, { token, body: { msmeId: msme.msmeId, attended } });
  const hold = async () => (await call('POST', `${url}/holding`, { token })).status < 300;
  await eventually('the session has begun', hold);
  const summary = 'Peserta membuat buku kas pertama mereka.';
  const reported = await client.request('POST', `${url}/report`, { token, body: { summary } });
  say(`${attended} came; the activity is reported`);
  checks.equal('The training is reported', 'reported', reported.status);
  return attended;
}
