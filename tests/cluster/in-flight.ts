import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, type PlatformClient } from '@ksbb/testkit';
import { requestFor } from '../chaos/load/journeys.ts';
import type { OpenNeed } from '../chaos/load/needs.ts';
import type { Cluster, Pod } from './kubectl.ts';

const REQUESTS = 8;
/** After preStop's sleep of 5 s, while the service goes on serving for its DRAIN_DELAY_MS. */
const FINISH_AFTER_MS = 6_000;
const ANSWER_MS = 20_000;
const GONE_MS = 180_000;

/** A POST whose second half is sent by `finish`, which answers its status, 0 where the connection broke. */
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
  const uids = pods.map(({ metadata }) => metadata.uid);
  const areGone = async () => !(await cluster.pods()).some(({ metadata }) => uids.includes(metadata.uid));
  await eventually('the pods are gone', areGone, GONE_MS);
  const seconds = (performance.now() - started) / 1000;
  const codes = new Map(Array.from(watch.stop().matchAll(/^(\S+) (\d+)$/gm), ([, uid, code]) => [uid, Number(code)]));
  return { exitCodes: uids.map((uid) => codes.get(uid) ?? -1), seconds };
}

/**
 * Ends every pod of the commitment service at once while requests are half sent to them, and sends the rest only after
 * SIGTERM: each has to be answered, and the pods gone inside their grace period.
 */
export async function endWithRequestsInFlight(cluster: Cluster, client: PlatformClient, { msmeId, needId }: OpenNeed) {
  const pods = await cluster.pods('commitment');
  const body = JSON.stringify(requestFor({ package: 'goods', msmeId, needId, quantity: 1 }));
  const inFlight = Array.from({ length: REQUESTS }, () => slowPost(`${client.api('commitment')}/commitments`, body));
  await sleep(1_000);
  for (const { metadata } of pods) await cluster.must(['delete', 'pod', metadata.name, '--wait=false']);
  const end = watchEnd(cluster, pods);
  await sleep(FINISH_AFTER_MS);
  const statuses = await Promise.all(inFlight.map(({ finish }) => finish()));
  const { exitCodes, seconds } = await end;
  await cluster.untilReady('commitment', pods.length);
  await client.boards([msmeId]);
  const graceSeconds = Math.min(...pods.map(({ spec }) => spec.terminationGracePeriodSeconds ?? 30));
  const answered = statuses.filter((status) => status >= 200 && status < 500).length;
  return { asked: REQUESTS, answered, statuses, exitCodes, seconds, graceSeconds };
}
