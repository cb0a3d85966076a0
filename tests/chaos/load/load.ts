import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ScenarioContext } from './context.ts';
import { type Done, pickJourney, requestFor, unfinished } from './journeys.ts';

/** Between two journeys of one donor, on average. */
const PAUSE_MS = 250;
const PROBE_EVERY_MS = 300;
const PROBE_TIMEOUT_MS = 20_000;

/** This many donors and officers at once. Each begins a new journey after a pause when the last one has ended. */
export function startLoad(context: ScenarioContext, donors: number) {
  const { random } = context;
  const all: Done[] = [];
  let stopped = false;
  const giving = Array.from({ length: donors }, async () => {
    while (!stopped) {
      all.push(await pickJourney(random)(context).catch(unfinished));
      await sleep(2 * PAUSE_MS * random.float());
    }
  });
  return {
    /** How many journeys have ended. */
    finished: () => all.length,
    /** Begins no more journeys; resolves with what was done when those in flight have ended. */
    stop: async () => {
      stopped = true;
      await Promise.all(giving);
      return all;
    },
  };
}

/** The answer to one command, which is sent once and not repeated. `status` 0: there was no answer. */
export type Probed = { status: number; retryAfter: string | null; tookMs: number; done?: Done };

/** Commits to one piece, once. */
async function probe({ environment: { client }, needs, random }: ScenarioContext): Promise<Probed> {
  const { msmeId, needId } = needs.take('goods', 1, random);
  const started = performance.now();
  const response = await fetch(`${client.api('commitment')}/commitments`, {
    method: 'POST',
    signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() },
    body: JSON.stringify(requestFor({ package: 'goods', msmeId, needId, quantity: 1 })),
  }).catch(() => undefined);
  const body = (await response?.json().catch(() => undefined)) as { collaborationId: string } | undefined;
  const { status = 0, headers } = response ?? {};
  const answer = { status, retryAfter: headers?.get('retry-after') ?? null, tookMs: performance.now() - started };
  if (status !== 201 || body === undefined) return answer;
  const { collaborationId } = body;
  return { ...answer, done: { collaborationId, msmeId, facts: [`${collaborationId} commitment-confirmed`] } };
}

/** Probes every 0.3 s, whether or not earlier ones were answered, as donors do who know of no fault. */
export function startProbes(context: ScenarioContext) {
  const sent: Promise<Probed>[] = [];
  const timer = setInterval(() => sent.push(probe(context)), PROBE_EVERY_MS);
  return {
    /** Probes no more; resolves with all answers when the last has come. */
    stop: async () => {
      clearInterval(timer);
      return Promise.all(sent);
    },
  };
}

/** A command that was not answered as it must be, for people. */
export const wrongAnswer = ({ status, tookMs }: Probed) =>
  `a command was answered ${status} after ${Math.round(tookMs)} ms`;

export const slowestMs = (answers: readonly Probed[]) =>
  Math.round(Math.max(0, ...answers.map(({ tookMs }) => tookMs)));
