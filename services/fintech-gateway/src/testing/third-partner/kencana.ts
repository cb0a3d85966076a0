import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { secret } from '@ksbb/service-kit';
import { z } from 'zod';
import type { PartnerReport } from '../../kernel/partner-report.ts';
import type { PartnerResponse } from '../../partners/call.ts';
import { isFresh, isSignedByAny, jsonOf, parseResponse, readMessage, verified } from '../../partners/message.ts';
import { CallFailed, ContractRefused, type Movement, type PartnerMessage } from '../../partners/partner.ts';
import { baseUrl, definePartner, secrets } from '../../partners/define-partner.ts';

/*
 * The folder of a third partner, as docs/adding-a-partner.md asks for one: made up for the test that follows that page,
 * and as unlike the other two as can be. It answers 200 to everything and says in the body what it means, counts in
 * sen, tells the time in milliseconds, answers a question with all its events, and signs its callbacks over time and
 * body.
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

function reportOf(event: Event): PartnerReport {
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
  const report = reportOf(event);
  const common = { reference: event.nomor, repaymentId: null, at: report.at };
  if (report.kind === 'disbursed') return { ...common, kind: 'disbursement', amountRupiah: report.amountRupiah };
  if (report.kind === 'written-off') return { ...common, kind: 'write-off', amountRupiah: report.amountRupiah };
  return report.kind === 'repayment'
    ? { ...common, kind: 'repayment', repaymentId: report.repaymentId, amountRupiah: report.amountRupiah }
    : null;
}

const messageOf = (event: Event): PartnerMessage => ({
  deliveryId: event.id,
  reference: event.nomor,
  report: reportOf(event),
});
const idOf = (body: unknown) => z.object({ id: text }).safeParse(body).data?.id ?? 'none';

/** What the partner means: the code in the body, or the status where its front door answered. */
function meaningOf({ status, body }: PartnerResponse): z.output<typeof envelope> {
  if (status >= 300) throw new CallFailed('misconfigured', `answered ${status}`);
  return parseResponse(envelope, body);
}

export function kencanaSignature(key: string, milliseconds: string, rawBody: Buffer): string {
  return createHmac('sha256', key).update(`${milliseconds}\n`).update(rawBody).digest('base64');
}

function checkHeaders({ 'x-kencana-waktu': at = '' }: IncomingHttpHeaders, now: Date): string | null {
  const isRight = /^\d{1,15}$/.test(String(at)) && isFresh(Number(at), now);
  return isRight ? null : 'X-Kencana-Waktu is missing or more than 300 s from now';
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
        const { akad, tautan } = parseResponse(contractSchema, answer.isi);
        return { partnerContractId: akad, signUrl: tautan };
      },
      status: async (nomor) => {
        const answer = await post('tanya', { nomor });
        if (answer.kode === 'TIDAK_ADA') return null;
        if (answer.kode !== 'OK') throw said(answer);
        const { akad, tautan, riwayat } = parseResponse(contractSchema, answer.isi);
        return { partnerContractId: akad, signUrl: tautan, reports: riwayat.map(reportOf) };
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
        return parseResponse(statementSchema, answer.isi).mutasi.flatMap((event) => movementOf(event) ?? []);
      },
      callbacks: {
        signatureHeader: 'X-Kencana-Tanda',
        checkHeaders,
        verify: ({ headers: callbackHeaders, rawBody }, now) => {
          const { 'x-kencana-waktu': at, 'x-kencana-tanda': given = '' } = callbackHeaders;
          const isRight = isSignedByAny(keys, String(given), (key) => kencanaSignature(key, String(at), rawBody));
          const whyNot = isRight ? null : 'X-Kencana-Tanda does not fit the body';
          return verified(checkHeaders(callbackHeaders, now) ?? whyNot, () => {
            const body = jsonOf(rawBody);
            return readMessage(eventSchema, body, idOf(body), messageOf);
          });
        },
      },
    };
  },
});
