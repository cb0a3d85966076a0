import type { FundChain, LoanView } from '@ksbb/contracts';
import { call, expectOk, eventually } from '@ksbb/testkit';
import type { Stage, Telling } from '../story.ts';
import { INSTALMENTS, type Promised } from './commit.ts';
import { checkWebhooks, type Told } from './tell-partners.ts';

type Loan = { partner: 'amanah' | 'lumbung'; lineId: string; amountRupiah: number };
type SandboxRepayments = { instalments: number[]; duplicate?: number[]; tamperFirst?: number[] };
type Delivery = { event: string; status: string; attempts: { status: number | null; tampered: boolean }[] };

/** What of the money was lent on, by partner. */
export type Lending = { relent: Record<'amanah' | 'lumbung', { loans: number; amountRupiah: number }> };

/** Signs an e-contract as a person does, by the form of the partner's page. */
async function sign(signUrl: string): Promise<void> {
  const page = await fetch(signUrl, { signal: AbortSignal.timeout(5_000) });
  if (!/<form/.test(await page.text())) throw new Error(`there is no form to sign at ${signUrl}`);
  const form = new URLSearchParams({ decision: 'sign', name: 'Direktur PT Sumber Berkah', agree: 'yes' });
  const signed = await fetch(signUrl, {
    method: 'POST',
    body: form,
    redirect: 'manual',
    signal: AbortSignal.timeout(5_000),
  });
  if (signed.status !== 303) throw new Error(`signing at ${signUrl} was answered ${signed.status}`);
}

function repay(world: Stage, { partner, lineId }: Loan, repayments: SandboxRepayments): Promise<unknown> {
  return expectOk('POST', `${world.sandboxUrl}/admin/repayments`, {
    token: world.sandboxAdminToken,
    body: { partner, reference: lineId, ...repayments },
  });
}

async function deliveries(world: Stage, { lineId }: Loan): Promise<Delivery[]> {
  const query = `reference=${encodeURIComponent(lineId)}`;
  return (await expectOk('GET', `${world.sandboxUrl}/admin/deliveries?${query}`, { token: world.sandboxAdminToken }))
    .deliveries;
}

async function checkCallbacks(world: Stage, { checks }: Telling, loans: Loan[]): Promise<void> {
  const all = await eventually('every callback is delivered', async () => {
    const found = (await Promise.all(loans.map((loan) => deliveries(world, loan)))).flat();
    return found.every((one) => one.status === 'delivered') && found;
  });
  const repayments = all.filter((one) => /repayment/i.test(one.event));
  checks.equal('Repayment callbacks delivered, one of them twice', 7, repayments.length);
  const tampered = all.flatMap((one) => one.attempts).filter((attempt) => attempt.tampered);
  checks.equal(
    'The callback with a bad signature was refused',
    [401],
    tampered.map((attempt) => attempt.status),
  );
}

async function checkPartnerSide(world: Stage, { checks }: Telling, loans: Loan[]): Promise<void> {
  for (const { partner, lineId, amountRupiah } of loans) {
    const { contracts } = await expectOk('GET', `${world.sandboxUrl}/admin/contracts?partner=${partner}&limit=200`, {
      token: world.sandboxAdminToken,
    });
    const own = contracts.filter((one: { reference: string }) => one.reference === lineId);
    const seen = own.map((one: { status: string; repaidRupiah: number }) => [one.status, one.repaidRupiah]);
    checks.equal(`Contracts at ${partner} for the line: one, repaid`, [['completed', amountRupiah]], seen);
  }
}

/** Follows repaid money to the next MSMEs until all of it is paid out again. */
async function followMoney(world: Stage, { say, checks }: Telling, loan: Loan) {
  const chain: FundChain = await eventually(`${loan.partner}'s money is lent on`, async () => {
    const found: FundChain = await expectOk(
      'GET',
      `${world.api('fintech-gateway')}/fund/chain/${encodeURIComponent(loan.lineId)}`,
    );
    const next = found.links.filter((link) => link.relentFrom === loan.lineId);
    const paidOut = next.reduce((sum, link) => sum + (link.status === 'disbursed' ? link.amountRupiah : 0), 0);
    return paidOut === loan.amountRupiah && found;
  });
  const next = chain.links.filter((link) => link.relentFrom === loan.lineId);
  for (const link of next)
    say(`Rp ${link.amountRupiah.toLocaleString('id')} goes on to ${link.msmeName} through ${loan.partner}`);
  checks.equal(
    `${loan.partner}: what was repaid is lent on, to the rupiah`,
    loan.amountRupiah,
    next.reduce((sum, link) => sum + link.amountRupiah, 0),
  );
  checks.equal(
    `${loan.partner}: the chain shows the second generation`,
    [2],
    [...new Set(next.map((link) => link.generation))],
  );
  return { loans: next.length, amountRupiah: loan.amountRupiah };
}

export async function lend(world: Stage, telling: Telling, promised: Promised, told: Told[]): Promise<Lending> {
  const { say, checks } = telling;
  const gateway = world.api('fintech-gateway');
  const amanah: Loan = { partner: 'amanah', ...promised.amanah };
  const lumbung: Loan = { partner: 'lumbung', ...promised.lumbung };
  const loans = [amanah, lumbung];
  const { token } = await expectOk(
    'POST',
    `${world.api('commitment')}/collaborations/${promised.collaborationId}/capability`,
    { body: { pin: promised.pin } },
  );
  const loanOf = async ({ lineId }: Loan): Promise<LoanView | undefined> => {
    const answer = await call('GET', `${gateway}/loans/${encodeURIComponent(lineId)}`, { token }).catch(
      () => undefined,
    );
    return answer?.status === 200 ? answer.body : undefined;
  };
  const reach = (loan: Loan, status: LoanView['status']) =>
    eventually(`the ${loan.partner} loan is ${status}`, async () => {
      const view = await loanOf(loan);
      return view?.status === status && view;
    });

  for (const loan of loans) {
    const { signUrl } = await reach(loan, 'awaiting-signature');
    if (signUrl === null) throw new Error(`the ${loan.partner} loan has no page to sign`);
    await sign(signUrl);
    say(`the contract at ${loan.partner} went through and is signed on its page`);
  }
  for (const loan of loans) await reach(loan, 'disbursed');
  say('both partners have paid out and called back');

  await repay(world, amanah, { instalments: [1, 3, 2], duplicate: [1] });
  const back = world.killAndAwaitReturn('fintech-gateway');
  say('repayments come in, one twice and two out of order, and the gateway is killed');
  await back;
  await repay(world, lumbung, { instalments: [1, 2, 3], tamperFirst: [2] });
  for (const loan of loans) {
    const view = await reach(loan, 'repaid');
    checks.equal(`${loan.partner}: repaid to the rupiah`, loan.amountRupiah, view.repaidRupiah);
  }
  say('the gateway is back; both loans are repaid');
  checks.equal('The gateway died once and came back', 1, world.platform.process('fintech-gateway').restarts);

  const relent = {
    amanah: await followMoney(world, telling, amanah),
    lumbung: await followMoney(world, telling, lumbung),
  };
  await checkCallbacks(world, telling, loans);
  await checkPartnerSide(world, telling, loans);
  await checkWebhooks(world, telling, told, { amanah: amanah.lineId, lumbung: lumbung.lineId }, INSTALMENTS);
  return { relent };
}
