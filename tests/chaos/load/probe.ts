import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Chaos } from '../ledger/account.ts';
import type { Done } from './journeys.ts';

const EVERY_MS = 300;
const TIMEOUT_MS = 20_000;

/** The answer to one command, which is sent once and not repeated. `status` 0: none came. */
export type Probed = { status: number; retryAfter: string | null; tookMs: number };

export type Probe = {
  answers: () => readonly Probed[];
  stop: () => Promise<{ answers: Probed[]; done: Done[] }>;
};

/** Sends a commitment to one piece every 0.3 s, whatever becomes of those before, as donors do who know nothing of a fault. */
export function startProbe({ world, needs, random }: Chaos): Probe {
  const answers: Probed[] = [];
  const done: Done[] = [];
  const stopped = new AbortController();
  const sent = new Set<Promise<void>>();

  async function send(): Promise<void> {
    const { msmeId, needId } = needs.take('goods', 1, random);
    const started = performance.now();
    const response = await fetch(`${world.api('commitment')}/commitments`, {
      method: 'POST',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() },
      body: JSON.stringify({
        donor: { name: 'Donatur Uji', kind: 'person', email: 'uji@contoh.example', anonymous: true },
        consent: true,
        lines: [{ package: 'goods', msmeId, needId, quantity: 1 }],
      }),
    }).catch(() => undefined);
    const body: unknown = await response?.json().catch(() => undefined);
    const status = response?.status ?? 0;
    answers.push({
      status,
      retryAfter: response?.headers.get('retry-after') ?? null,
      tookMs: performance.now() - started,
    });
    if (status !== 201) return;
    const { collaborationId } = body as { collaborationId: string };
    done.push({ collaborationId, msmeId, facts: [`${collaborationId} commitment-confirmed`] });
  }

  const sending = (async () => {
    while (!stopped.signal.aborted) {
      const one = send().finally(() => sent.delete(one));
      sent.add(one);
      await sleep(EVERY_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  })();
  return {
    answers: () => answers,
    stop: async () => {
      stopped.abort();
      await sending;
      await Promise.all(sent);
      return { answers, done };
    },
  };
}
