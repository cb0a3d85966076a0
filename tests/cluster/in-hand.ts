import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expectOk } from '@ksbb/testkit';
import type { Stage } from '../scenario/story.ts';
import type { Cluster, Pod } from './kubectl.ts';

const REQUESTS = 8;
/** After preStop's sleep of 5 s, while the service serves on for its DRAIN_DELAY_MS. */
const FINISH_AFTER_MS = 6_000;
const ANSWER_MS = 20_000;

/** A POST whose second half is sent only when asked for. `finish` answers its status, 0 where the connection broke. */
function slowPost(url: string, body: string): { finish: () => Promise<number> } {
  const answered = Promise.withResolvers<number>();
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'idempotency-key': randomUUID(),
  };
  const sending = httpRequest(url, { method: 'POST', headers, agent: false, timeout: ANSWER_MS }, (response) => {
    response.resume();
    answered.resolve(response.statusCode ?? 0);
  });
  sending.on('error', () => answered.resolve(0));
  sending.on('timeout', () => sending.destroy());
  sending.write(body.slice(0, 20));
  return {
    finish: () => {
      sending.end(body.slice(20));
      return answered.promise;
    },
  };
}

const ENDED = '{.metadata.uid} {.status.containerStatuses[0].state.terminated.exitCode}{"\\n"}';

/** Watches pods until they are gone. @returns the exit codes of their containers, and how long the last one took */
async function watchEnd(cluster: Cluster, pods: readonly Pod[]): Promise<{ exitCodes: number[]; seconds: number }> {
  const started = performance.now();
  const watch = cluster.watch(['get', 'pods', '--watch', '--output', `jsonpath=${ENDED}`]);
  const isLeft = async () =>
    (await cluster.pods()).some(({ metadata }) => pods.some((pod) => pod.metadata.uid === metadata.uid));
  while (await isLeft()) await sleep(200);
  const seconds = (performance.now() - started) / 1000;
  const lines = watch
    .stop()
    .split('\n')
    .map((line) => line.split(' '));
  const codes = pods.map(
    ({ metadata }) =>
      lines.findLast(([uid, code]) => uid === metadata.uid && code !== undefined && code !== '')?.[1] ?? '-1',
  );
  return { exitCodes: codes.map(Number), seconds };
}

/**
 * Ends every pod of the commitment service at once while requests are half sent to them, and sends the rest only after
 * SIGTERM: each has to be answered, and the pods gone inside their grace period.
 */
export async function endWithWorkInHand(cluster: Cluster, stage: Stage, need: { msmeId: string; needId: string }) {
  const pods = await cluster.pods('commitment');
  const line = { package: 'goods', ...need, quantity: 1 };
  const body = JSON.stringify({
    donor: { name: 'Sedang berjalan', kind: 'company', email: 'a@contoh.example', anonymous: false },
    consent: true,
    lines: [line],
  });
  const inHand = Array.from({ length: REQUESTS }, () => slowPost(`${stage.api('commitment')}/commitments`, body));
  await sleep(1_000);
  for (const { metadata } of pods) await cluster.must(['delete', 'pod', metadata.name, '--wait=false']);
  const end = watchEnd(cluster, pods);
  await sleep(FINISH_AFTER_MS);
  const statuses = await Promise.all(inHand.map(({ finish }) => finish()));
  const { exitCodes, seconds } = await end;
  await cluster.untilReady('commitment', pods.length);
  await expectOk('GET', `${stage.api('commitment')}/boards?msmeIds=${need.msmeId}`);
  const graceSeconds = Math.min(...pods.map(({ spec }) => spec.terminationGracePeriodSeconds ?? 30));
  return {
    asked: REQUESTS,
    answered: statuses.filter((status) => status >= 200 && status < 500).length,
    statuses,
    exitCodes,
    seconds,
    graceSeconds,
  };
}
