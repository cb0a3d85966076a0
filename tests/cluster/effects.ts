import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { CollaborationView, Totals } from '@ksbb/contracts';
import { connect } from 'amqplib';
import { expectOk } from '@ksbb/testkit';
import type { Stage } from '../scenario/story.ts';
import { LOAN_RUPIAH, type Tally } from './load.ts';

const SETTLE_MS = 90_000;
const SUBSCRIBERS = ['msme-registry', 'commitment', 'fintech-gateway', 'training', 'reporting'];

/** What reporting adds up of what the load does. */
export type Sums = {
  commitments: number;
  masksPromised: number;
  masksReported: number;
  contracts: number;
  disbursedRupiah: number;
};

export async function readSums(stage: Stage): Promise<Sums> {
  const { commitmentsConfirmed, goods, loans }: Totals = await expectOk('GET', `${stage.api('reporting')}/totals`);
  const masks = goods.find(({ item }) => item === 'face-mask');
  return {
    commitments: commitmentsConfirmed,
    masksPromised: masks?.promised ?? 0,
    masksReported: masks?.reported ?? 0,
    contracts: loans.reduce((sum, one) => sum + one.contracts, 0),
    disbursedRupiah: loans.reduce((sum, one) => sum + one.disbursedRupiah, 0),
  };
}

type Delivery = { event: string; status: string; attempts: { status: number | null }[] };
type Contract = { reference: string; status: string };

async function callbacksOf(stage: Stage, lineId: string): Promise<Delivery[]> {
  const url = `${stage.sandboxUrl}/admin/deliveries?reference=${encodeURIComponent(lineId)}`;
  return (await expectOk('GET', url, { token: stage.sandboxAdminToken })).deliveries;
}

async function deadLetters(stage: Stage): Promise<number> {
  const connection = await connect(stage.rabbitUrl);
  try {
    const channel = await connection.createChannel();
    let left = (await channel.checkQueue('ksbb.unrouted')).messageCount;
    for (const service of SUBSCRIBERS) left += (await channel.checkQueue(`${service}.dead`)).messageCount;
    return left;
  } finally {
    await connection.close();
  }
}

/** Compares what was answered with what stands: in the commitments themselves, in reporting's sums, at the partners. */
export async function compareEffects(stage: Stage, before: Sums, tally: Tally) {
  const expected: Sums = {
    commitments: before.commitments + tally.collaborations.length,
    masksPromised: before.masksPromised + tally.masksPromised,
    masksReported: before.masksReported + tally.masksReported,
    contracts: before.contracts + tally.loans.length,
    disbursedRupiah: before.disbursedRupiah + tally.loans.length * LOAN_RUPIAH,
  };
  const deadline = performance.now() + SETTLE_MS;
  let actual = await readSums(stage);
  while (!isDeepStrictEqual(actual, expected) && performance.now() < deadline) {
    await sleep(500);
    actual = await readSums(stage);
  }
  let [lost, doubled] = [0, 0];
  for (const key of Object.keys(expected) as (keyof Sums)[]) {
    const unit = key === 'disbursedRupiah' ? LOAN_RUPIAH : 1;
    lost += Math.max(0, expected[key] - actual[key]) / unit;
    doubled += Math.max(0, actual[key] - expected[key]) / unit;
  }
  for (const collaborationId of tally.collaborations) {
    const view: CollaborationView = await expectOk(
      'GET',
      `${stage.api('commitment')}/collaborations/${collaborationId}`,
    );
    if (view.lines.length !== 1) doubled += Math.abs(view.lines.length - 1);
    if (view.reports.length > 1) doubled += view.reports.length - 1;
  }
  let [callbacks, failedCallbacks] = [0, 0];
  for (const lineId of tally.loans) {
    const deliveries = await callbacksOf(stage, lineId);
    callbacks += deliveries.filter(({ status }) => status === 'delivered').length;
    failedCallbacks += deliveries
      .flatMap(({ attempts }) => attempts)
      .filter(({ status }) => status === null || status >= 400).length;
    if (deliveries.length < 2 || deliveries.some(({ status }) => status !== 'delivered')) lost += 1;
  }
  const contracts: Contract[] = [];
  for (const partner of ['amanah', 'lumbung']) {
    contracts.push(
      ...(
        await expectOk('GET', `${stage.sandboxUrl}/admin/contracts?partner=${partner}&limit=200`, {
          token: stage.sandboxAdminToken,
        })
      ).contracts,
    );
  }
  for (const lineId of tally.loans)
    doubled += Math.max(0, contracts.filter(({ reference }) => reference === lineId).length - 1);
  return { lost, doubled, callbacks, failedCallbacks, deadLetters: await deadLetters(stage), expected, actual };
}
