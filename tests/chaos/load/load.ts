import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ScenarioContext } from './context.ts';
import { type Done, pickJourney, requestFor, unfinished } from './journeys.ts';

/** Between two journeys of one donor, on average. */
const PAUSE_MS = 250;
const PROBE_EVERY_MS = 300;
const PROBE_TIMEOUT_MS = 20_000;

export type Load = {
  /** How many journeys have ended. */
  finished: () => number;
  /** Begins no more journeys; resolves with what was done when those in flight have ended. */
  stop: () => Promise<Done[]>;
};

/** This many donors and officers at once. Each begins a new journey after a pause when the last one has ended. */
export function startLoad(context: ScenarioContext, donors: number): Load {
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
    finished: () => all.length,
    stop: async () => {
      stopped = true;
      await Promise.all(giving);
      return all;
    },
  };
}

/** The answer to one command, which is sent once and not repeated. `status` 0: there was no answer. */
export type Probed = { status: number; retryAfter: string | null; tookMs: number };

export type Probe = { stop: () => Promise<{ answers: Probed[]; done: Done[] }> };

/**
 * Sends a commitment to one piece every 0.3 s, whether or not earlier ones were answered, as donors do who know of no
 * fault.
 */
export function startProbe({ environment: { client }, needs, random }: ScenarioContext): Probe {
  const answers: Probed[] = [];
  const done: Done[] = [];
  const stopped = new AbortController();
  const sent = new Set<Promise<void>>();

  async function send(): Promise<void> {
    const { msmeId, needId } = needs.take('goods', 1, random);
    const started = performance.now();
    const response = await fetch(`${client.api('commitment')}/commitments`, {
      method: 'POST',
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() },
      body: JSON.stringify(requestFor({ package: 'goods', msmeId, needId, quantity: 1 })),
    }).catch(() => undefined);
    const body: unknown = await response?.json().catch(() => undefined);
    const retryAfter = response?.headers.get('retry-after') ?? null;
    answers.push({ status: response?.status ?? 0, retryAfter, tookMs: performance.now() - started });
    if (response?.status !== 201) return;
    const { collaborationId } = body as { collaborationId: string };
    done.push({ collaborationId, msmeId, facts: [`${collaborationId} commitment-confirmed`] });
  }

  const sending = (async () => {
    while (!stopped.signal.aborted) {
      const one = send().finally(() => sent.delete(one));
      sent.add(one);
      await sleep(PROBE_EVERY_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  })();
  return {
    stop: async () => {
      stopped.abort();
      await sending;
      await Promise.all(sent);
      return { answers, done };
    },
  };
}
