import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Msme, Need } from '@ksbb/contracts';
import { expectOk } from '@ksbb/testkit';
import type { Stage } from '../scenario/story.ts';

const TIMEOUT_MS = 20_000;
const GIVE_UP_MS = 90_000;
const READ_EVERY_MS = 100;
const COMMIT_EVERY_MS = 400;
const LEND_EVERY_MS = 1_500;
const LOOK_EVERY_MS = 300;
export const LOAN_RUPIAH = 100_000;
const MOST_FAULTS_SHOWN = 20;

/** The refusal of a commitment to a need that is covered by now. */
const COVERED = 'urn:ksbb-umkm:problem:nothing-left-to-cover';

type Kind = 'read' | 'commitment' | 'report' | 'loan';

/** What the load did: every request that was answered well, every one that failed, and what must follow from them. */
export type Tally = {
  requests: Record<Kind, number>;
  failed: number;
  faults: string[];
  collaborations: string[];
  masksPromised: number;
  masksReported: number;
  loans: string[];
};

type NeedOf = { msmeId: string; needId: string };
type Supply = { masks: NeedOf[]; capital: NeedOf[] };
type Donation = { collaborationId: string; pin: string; line: { lineId: string } };

const donor = {
  donor: { name: 'Beban tetap', kind: 'company', email: 'beban@contoh.example', anonymous: false },
  consent: true,
};

/** Needs that can take many small commitments. */
export async function findSupply(stage: Stage): Promise<Supply> {
  const { items } = await expectOk('GET', `${stage.api('msme-registry')}/msmes?limit=200`);
  const supply: Supply = { masks: [], capital: [] };
  for (const { msmeId } of items) {
    const { needs }: Msme = await expectOk('GET', `${stage.api('msme-registry')}/msmes/${msmeId}`);
    for (const need of needs as Need[]) {
      if (need.package === 'goods' && need.item === 'face-mask') supply.masks.push({ msmeId, needId: need.needId });
      if (need.package === 'capital') supply.capital.push({ msmeId, needId: need.needId });
    }
  }
  return supply;
}

/**
 * A steady load: reads, commitments, reports of delivery, and loans that are signed and so called back. A request that
 * fails is counted, and repeated with its own idempotency key as a careful client does.
 */
export function startLoad(stage: Stage, supply: Supply) {
  const tally: Tally = {
    requests: { read: 0, commitment: 0, report: 0, loan: 0 },
    failed: 0,
    faults: [],
    collaborations: [],
    masksPromised: 0,
    masksReported: 0,
    loans: [],
  };
  const boardOf = supply.masks[0]?.msmeId;
  let running = true;

  const fault = (text: string) => {
    tally.failed += 1;
    if (tally.faults.length < MOST_FAULTS_SHOWN) tally.faults.push(text);
  };

  async function once(method: string, url: string, init: RequestInit): Promise<any> {
    const started = performance.now();
    try {
      const response = await fetch(url, {
        method,
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...init,
      });
      const text = await response.text();
      const body = /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text;
      if (response.status < 400 || body.type === COVERED) return body;
      fault(`${new Date().toISOString()} ${method} ${new URL(url).pathname}: ${response.status} ${text.slice(0, 200)}`);
    } catch (error) {
      const cause = (error as { cause?: Error }).cause ?? (error as Error);
      fault(
        `${new Date().toISOString()} ${method} ${new URL(url).pathname}: ${cause.message} after ${Math.round(performance.now() - started)} ms`,
      );
    }
    return undefined;
  }

  async function request(kind: Kind, method: string, url: string, body?: unknown): Promise<any> {
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() };
    const init =
      body === undefined ? {} : body instanceof URLSearchParams ? { body } : { headers, body: JSON.stringify(body) };
    const deadline = performance.now() + GIVE_UP_MS;
    while (performance.now() < deadline) {
      const answer = await once(method, url, init);
      if (answer !== undefined) {
        tally.requests[kind] += 1;
        return answer;
      }
      await sleep(500);
    }
    throw new Error(`${method} ${url} failed for ${GIVE_UP_MS / 1000} s`);
  }

  /** Commits to the first need in turn that still takes it; one that is covered leaves the supply. */
  async function commit(kind: Kind, needs: NeedOf[], line: object): Promise<Donation> {
    for (;;) {
      const need = needs.shift();
      if (need === undefined) throw new Error('every need is covered; the load needs more MSMEs');
      const made = await request(kind, 'POST', `${stage.api('commitment')}/commitments`, {
        ...donor,
        lines: [{ ...line, ...need }],
      });
      if (made.type === COVERED) continue;
      needs.push(need);
      tally.collaborations.push(made.collaborationId);
      return { ...made, line: made.lines[0] };
    }
  }

  async function donate(): Promise<void> {
    const { collaborationId, pin, line } = await commit('commitment', supply.masks, { package: 'goods', quantity: 1 });
    tally.masksPromised += 1;
    await request('report', 'POST', `${stage.api('commitment')}/collaborations/${collaborationId}/deliveries`, {
      pin,
      lines: [{ lineId: line.lineId, quantity: 1 }],
    });
    tally.masksReported += 1;
  }

  const loanUrl = (lineId: string) => `${stage.api('fintech-gateway')}/loans/${encodeURIComponent(lineId)}`;
  async function untilLoan(lineId: string, status: string, token: string): Promise<{ signUrl: string }> {
    const deadline = performance.now() + GIVE_UP_MS;
    while (performance.now() < deadline) {
      // Not found until the gateway has heard of the commitment, so that this look is no request of the load.
      const answer = await fetch(loanUrl(lineId), {
        headers: { Authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).catch(() => undefined);
      const loan = answer?.status === 200 ? ((await answer.json()) as { status: string; signUrl: string }) : undefined;
      if (loan?.status === status) return loan;
      await sleep(LOOK_EVERY_MS);
    }
    throw new Error(`the loan ${lineId} is not ${status} after ${GIVE_UP_MS / 1000} s`);
  }

  async function lend(at: number): Promise<void> {
    const partner = at % 2 === 0 ? 'amanah' : 'lumbung';
    const { collaborationId, pin, line } = await commit('loan', supply.capital, {
      package: 'capital',
      amountRupiah: LOAN_RUPIAH,
      partner,
      instalments: 3,
    });
    tally.loans.push(line.lineId);
    const { token } = await request(
      'loan',
      'POST',
      `${stage.api('commitment')}/collaborations/${collaborationId}/capability`,
      { pin },
    );
    const { signUrl } = await untilLoan(line.lineId, 'awaiting-signature', token);
    await request(
      'loan',
      'POST',
      signUrl,
      new URLSearchParams({ decision: 'sign', name: 'Beban tetap', agree: 'yes' }),
    );
    await untilLoan(line.lineId, 'disbursed', token);
  }

  const reads = [
    `${new URL(stage.api('commitment')).origin}/`,
    `${stage.api('msme-registry')}/msmes?limit=5`,
    `${stage.api('commitment')}/boards?msmeIds=${boardOf}`,
    `${stage.api('fintech-gateway')}/fund/trial-balance`,
    `${stage.api('reporting')}/totals`,
    `${stage.api('training')}/openapi.json`,
    `${stage.sandboxUrl}/openapi.json`,
  ];

  const under = new Set<Promise<void>>();
  async function every(milliseconds: number, work: (at: number) => Promise<unknown>, most: number): Promise<void> {
    for (let at = 0; running; at += 1) {
      if (under.size < most) {
        const one: Promise<void> = work(at).then(
          () => undefined,
          (error: Error) => fault(error.message),
        );
        under.add(one);
        void one.then(() => under.delete(one));
      }
      await sleep(milliseconds);
    }
  }

  const workers = [
    every(READ_EVERY_MS, (at) => request('read', 'GET', reads[at % reads.length] ?? stage.sandboxUrl), 100),
    every(COMMIT_EVERY_MS, donate, 200),
    every(LEND_EVERY_MS, lend, 200),
  ];
  return {
    tally,
    /** Starts nothing more, waits for what is under way, and answers what was done. */
    async stop(): Promise<Tally> {
      running = false;
      await Promise.all(workers);
      await Promise.all(under);
      return tally;
    },
  };
}

export type Load = ReturnType<typeof startLoad>;
