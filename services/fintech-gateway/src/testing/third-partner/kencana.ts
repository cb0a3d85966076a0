import { createHmac } from 'node:crypto';
import { secret } from '@ksbb/service-kit';
import { z } from 'zod';
import type { PartnerFact } from '../../loans/core/partner-reports.ts';
import type { PartnerAnswer } from '../../partners/call.ts';
import { sameSignature } from '../../partners/constant-time.ts';
import { jsonOf, readMessage, understood } from '../../partners/message.ts';
import { CallFailed, CLOCK_SKEW_MS, ContractRefused, type Delivery, type Movement } from '../../partners/partner.ts';
import { baseUrl, definePartner, secrets } from '../../partners/define-partner.ts';

/*
 * The folder of a third partner, as docs/adding-a-partner.md asks for one: made up for the test that follows that page, and
 * as unlike the other two as can be. It answers 200 to everything and says in the body what it means, counts in sen, tells
 * the time in milliseconds, answers a question with all its events, and signs its callbacks over time and body.
 */

const SEN = 100;
const text = z.string().min(1).max(200);
/** Hundredths of a rupiah, of which there are only whole hundreds. */
const sen = z
  .int()
  .multipleOf(SEN)
  .min(SEN)
  .transform((value) => value / SEN);
const moment = z
  .int()
  .min(0)
  .transform((milliseconds) => new Date(milliseconds).toISOString());
const schedule = z.array(
  z
    .object({ ke: z.int().min(1), tanggal: z.iso.date(), sen })
    .transform(({ ke, tanggal, sen: amountRupiah }) => ({ instalment: ke, dueDate: tanggal, amountRupiah })),
);

const about = { id: text, nomor: text, waktu: moment };
const eventSchema = z.discriminatedUnion('kejadian', [
  z.object({ ...about, kejadian: z.literal('TEKEN') }),
  z.object({ ...about, kejadian: z.literal('TOLAK') }),
  z.object({ ...about, kejadian: z.literal('BATAL') }),
  z.object({ ...about, kejadian: z.literal('CAIR'), sen, jadwal: schedule }),
  z.object({ ...about, kejadian: z.literal('BAYAR'), sen, ke: z.int().min(1) }),
  z.object({ ...about, kejadian: z.literal('LUNAS'), sen }),
  z.object({ ...about, kejadian: z.literal('HAPUS'), sen }),
]);
type Event = z.output<typeof eventSchema>;
const contractSchema = z.object({ akad: text, tautan: z.url().nullable(), riwayat: z.array(eventSchema).max(100) });
const statementSchema = z.object({ mutasi: z.array(eventSchema).max(100_000) });
const envelope = z.object({ kode: z.string(), isi: z.unknown().optional() });

function factOf(event: Event): PartnerFact {
  const at = event.waktu;
  switch (event.kejadian) {
    case 'TEKEN':
      return { kind: 'signed', at };
    case 'TOLAK':
      return { kind: 'declined', at };
    case 'BATAL':
      return { kind: 'cancelled', at };
    case 'CAIR':
      return { kind: 'disbursed', at, amountRupiah: event.sen, schedule: event.jadwal };
    case 'BAYAR':
      return { kind: 'repayment', at, repaymentId: event.id, instalment: event.ke, amountRupiah: event.sen };
    case 'LUNAS':
      return { kind: 'completed', at, totalRupiah: event.sen };
    case 'HAPUS':
      return { kind: 'written-off', at, amountRupiah: event.sen };
    default:
      return event satisfies never;
  }
}

function movementOf(event: Event): Movement | null {
  const fact = factOf(event);
  const common = { reference: event.nomor, repaymentId: null, at: fact.at };
  if (fact.kind === 'disbursed') return { ...common, kind: 'disbursement', amountRupiah: fact.amountRupiah };
  if (fact.kind === 'written-off') return { ...common, kind: 'write-off', amountRupiah: fact.amountRupiah };
  return fact.kind === 'repayment'
    ? { ...common, kind: 'repayment', repaymentId: fact.repaymentId, amountRupiah: fact.amountRupiah }
    : null;
}

const deliveryOf = (event: Event): Delivery => ({ deliveryId: event.id, reference: event.nomor, fact: factOf(event) });
const idOf = (body: unknown) => z.object({ id: text }).safeParse(body).data?.id ?? 'none';

/** What the partner means: the code in the body, or the status where its front door answered. */
function meaningOf({ status, body }: PartnerAnswer): z.output<typeof envelope> {
  if (status >= 300) throw new CallFailed('misconfigured', `answered ${status}`);
  return understood(envelope, body);
}

export function kencanaSignature(key: string, milliseconds: string, rawBody: Buffer): string {
  return createHmac('sha256', key).update(`${milliseconds}\n`).update(rawBody).digest('base64');
}

export const kencana = definePartner({
  settings: { KENCANA_URL: baseUrl, KENCANA_PASSWORD: secret, KENCANA_CALLBACK_SECRET: secrets },
  operations: ['akad', 'tanya', 'batal', 'mutasi'],
  create: ({ settings: { KENCANA_URL: url, KENCANA_PASSWORD: password, KENCANA_CALLBACK_SECRET: keys }, caller }) => {
    const headers = { Authorization: `Basic ${Buffer.from(`ksbb:${password}`).toString('base64')}` };
    const post = (operation: 'akad' | 'tanya' | 'batal' | 'mutasi', body: object) =>
      caller
        .call(operation, { method: 'POST', url: `${url}/${operation}`, headers, body: JSON.stringify(body) })
        .then(meaningOf);
    const said = ({ kode }: z.output<typeof envelope>) =>
      new CallFailed('misconfigured', `answered ${kode.slice(0, 100)}`);
    return {
      forward: async ({ reference: nomor, borrower, amountRupiah, instalments: tenor, parentContractId: induk }) => {
        const answer = await post('akad', { nomor, nasabah: borrower, sen: amountRupiah * SEN, tenor, induk });
        if (answer.kode === 'TIDAK_LAYAK') throw new ContractRefused(`answered ${answer.kode}`);
        if (answer.kode === 'BEDA_ISI') throw new CallFailed('in-doubt', `answered ${answer.kode}`);
        if (answer.kode !== 'OK') throw said(answer);
        const { akad, tautan } = understood(contractSchema, answer.isi);
        return { partnerContractId: akad, signUrl: tautan };
      },
      status: async (nomor) => {
        const answer = await post('tanya', { nomor });
        if (answer.kode === 'TIDAK_ADA') return null;
        if (answer.kode !== 'OK') throw said(answer);
        const { akad, tautan, riwayat } = understood(contractSchema, answer.isi);
        return { partnerContractId: akad, signUrl: tautan, facts: riwayat.map(factOf) };
      },
      cancel: async (nomor) => {
        const answer = await post('batal', { nomor });
        if (answer.kode === 'OK') return 'cancelled';
        if (answer.kode === 'TIDAK_ADA') return 'unknown';
        if (answer.kode === 'SUDAH_CAIR') return 'too-late';
        throw said(answer);
      },
      statement: async (tanggal) => {
        const answer = await post('mutasi', { tanggal });
        if (answer.kode !== 'OK') throw said(answer);
        return understood(statementSchema, answer.isi).mutasi.flatMap((event) => movementOf(event) ?? []);
      },
      verifyCallback: ({ headers: { 'x-kencana-waktu': at = '', 'x-kencana-tanda': given = '' }, rawBody }, now) => {
        const milliseconds = String(at);
        const isFresh =
          /^\d{1,15}$/.test(milliseconds) && Math.abs(now.getTime() - Number(milliseconds)) <= CLOCK_SKEW_MS;
        if (!isFresh) return { is: 'refused', why: 'X-Kencana-Waktu is missing or more than 300 s from now' };
        if (!keys.some((key) => sameSignature(String(given), kencanaSignature(key, milliseconds, rawBody))))
          return { is: 'refused', why: 'X-Kencana-Tanda does not fit the body' };
        const body = jsonOf(rawBody);
        const message = readMessage(eventSchema, body, idOf(body), deliveryOf);
        return 'errors' in message ? { is: 'malformed', message } : { is: 'genuine', delivery: message };
      },
    };
  },
});
