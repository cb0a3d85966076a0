import type { FundChain } from '@ksbb/contracts';
import { eventually } from '../eventually.ts';
import { type Commitment, INSTALMENTS, type Loan } from './commit.ts';
import type { Part } from './environment.ts';
import { checkWebhooks, type SubscribedPartner } from './partner-records.ts';

/** How many loans the repaid money of each partner became, all of it together. */
export type Relent = Record<'amanah' | 'lumbung', number>;

async function sign({ client }: Part, loan: Loan, token: string): Promise<void> {
  const { signUrl } = await client.loanInStatus(loan.loanId, 'awaiting-signature', token);
  if (signUrl === null) throw new Error(`the ${loan.partner} loan has no page to sign`);
  const page = await client.get(signUrl);
  if (!/<form/.test(page)) throw new Error(`there is no form to sign at ${signUrl}`);
  await client.signContract(signUrl, 'Direktur PT Sumber Berkah');
}

async function checkCallbacks({ client, checks }: Part, loans: Loan[]): Promise<void> {
  const all = await eventually('every callback is delivered', async () => {
    const found = (await Promise.all(loans.map(({ loanId }) => client.sandbox.callbacks(loanId)))).flat();
    return found.every((one) => one.status === 'delivered') && found;
  });
  const repayments = all.filter((one) => /repayment/i.test(one.event));
  checks.equal('Repayment callbacks delivered, one of them twice', 7, repayments.length);
  const tampered = all.flatMap((one) => one.attempts).filter((attempt) => attempt.tampered);
  const statuses = tampered.map(({ status }) => status);
  checks.equal('The callback with a bad signature was refused', [401], statuses);
}

async function checkPartnerSide({ client, checks }: Part, loans: Loan[]): Promise<void> {
  const contracts = await client.sandbox.contracts();
  for (const { partner, loanId, amountRupiah } of loans) {
    const own = contracts.filter((one) => one.partner === partner && one.reference === loanId);
    const seen = own.map(({ status, repaidRupiah }) => [status, repaidRupiah]);
    checks.equal(`Contracts at ${partner} for the line: one, repaid`, [['completed', amountRupiah]], seen);
  }
}

/** Follows repaid money to the next MSMEs until all of it is paid out again. Answers how many loans it became. */
async function followMoney({ client, say, checks }: Part, { partner, loanId, amountRupiah }: Loan): Promise<number> {
  const sum = (links: FundChain['links']) => links.reduce((total, link) => total + link.amountRupiah, 0);
  const next = await eventually(`${partner}'s money is relent`, async () => {
    const found = (await client.fundChain(loanId)).links.filter((link) => link.relentFrom === loanId);
    return sum(found.filter((link) => link.status === 'disbursed')) === amountRupiah && found;
  });
  for (const link of next)
    say(`Rp ${link.amountRupiah.toLocaleString('id')} goes on to ${link.msmeName} through ${partner}`);
  checks.equal(`${partner}: what was repaid is relent, to the rupiah`, amountRupiah, sum(next));
  const generations = [...new Set(next.map((link) => link.generation))];
  checks.equal(`${partner}: the chain shows the second generation`, [2], generations);
  return next.length;
}

export async function lend(part: Part, commitment: Commitment, subscribed: SubscribedPartner[]): Promise<Relent> {
  const { environment, client, say, checks } = part;
  const { amanah, lumbung } = commitment;
  const loans = [amanah, lumbung];
  const token = await client.capability(commitment.collaborationId, commitment.pin);
  for (const loan of loans) {
    await sign(part, loan, token);
    say(`the contract at ${loan.partner} went through and is signed on its page`);
  }
  for (const { loanId } of loans) await client.loanInStatus(loanId, 'disbursed', token);
  say('both partners have paid out and called back');

  await client.sandbox.repay(amanah.loanId, { partner: 'amanah', instalments: [1, 3, 2], duplicate: [1] });
  const back = environment.killAndAwaitReturn('fintech-gateway');
  say('repayments come in, one twice and two out of order, and the gateway is killed');
  await back;
  await client.sandbox.repay(lumbung.loanId, { partner: 'lumbung', instalments: [1, 2, 3], tamperFirst: [2] });
  for (const { partner, loanId, amountRupiah } of loans) {
    const { repaidRupiah } = await client.loanInStatus(loanId, 'repaid', token);
    checks.equal(`${partner}: repaid to the rupiah`, amountRupiah, repaidRupiah);
  }
  say('the gateway is back; both loans are repaid');
  checks.equal('The gateway died once and came back', 1, environment.restarts('fintech-gateway'));

  const relent = { amanah: await followMoney(part, amanah), lumbung: await followMoney(part, lumbung) };
  await checkCallbacks(part, loans);
  await checkPartnerSide(part, loans);
  await checkWebhooks(part, subscribed, { amanah: amanah.loanId, lumbung: lumbung.loanId }, INSTALMENTS);
  return relent;
}
