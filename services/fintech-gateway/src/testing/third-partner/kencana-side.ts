import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { dayInJakarta } from '../../kernel/jakarta-day.ts';
import type { PartnerSide } from '../partner-subject.ts';
import type { Fault } from '../sandbox.ts';
import { kencanaSignature } from './kencana.ts';

export const KENCANA = { password: 'kencana-password-of-the-tests', secret: 'kencana-secret-of-the-tests' };

type Event = {
  id: string;
  nomor: string;
  waktu: number;
  kejadian: string;
  sen?: number;
  ke?: number;
  jadwal?: { ke: number; tanggal: string; sen: number }[];
};
type Contract = {
  akad: string;
  nomor: string;
  terms: string;
  sen: number;
  tenor: number;
  induk: string | null;
  riwayat: Event[];
};
type Sending = { event: Event; isTampered: boolean };

const ROUTES: Record<string, string> = {
  akad: 'create-contract',
  tanya: 'get-contract',
  batal: 'cancel-contract',
  mutasi: 'statement',
};
const STATUS: Record<string, string> = {
  TEKEN: 'signed',
  TOLAK: 'declined',
  BATAL: 'cancelled',
  CAIR: 'disbursed',
  BAYAR: 'repaying',
  LUNAS: 'completed',
  HAPUS: 'written-off',
};
const RETRY_MS = 20;

async function bodyOf(request: IncomingMessage): Promise<string> {
  return Buffer.concat(await request.toArray()).toString('utf8');
}

const has = ({ riwayat }: Contract, ...kinds: string[]) => riwayat.some(({ kejadian }) => kinds.includes(kejadian));
const paid = ({ riwayat }: Contract) =>
  riwayat.reduce((sum, { kejadian, sen = 0 }) => sum + (kejadian === 'BAYAR' ? sen : 0), 0);

function scheduleOf({ sen, tenor }: Contract): NonNullable<Event['jadwal']> {
  const [rupiah, rest] = [Math.floor(sen / 100 / tenor), (sen / 100) % tenor];
  return Array.from({ length: tenor }, (_, at) => ({
    ke: at + 1,
    tanggal: `2027-01-${String(at + 1).padStart(2, '0')}`,
    sen: (rupiah + (at < rest ? 1 : 0)) * 100,
  }));
}

/**
 * The made-up partner itself, in this process: just enough of one for the conformance suite. It calls back in order.
 */
export async function startKencana(callbackUrl: string): Promise<PartnerSide> {
  const contracts = new Map<string, Contract>();
  const faults: Fault[] = [];
  const stopped = new AbortController();
  let calling = Promise.resolve();

  async function callBack({ event, isTampered }: Sending): Promise<void> {
    const rawBody = Buffer.from(JSON.stringify(event));
    for (let tampered = isTampered; !stopped.signal.aborted; tampered = false) {
      const waktu = String(Date.now());
      const headers = {
        'X-Kencana-Waktu': waktu,
        'X-Kencana-Tanda': kencanaSignature(tampered ? 'somebody-else' : KENCANA.secret, waktu, rawBody),
      };
      const answer = await fetch(`${callbackUrl}/callbacks/kencana`, {
        method: 'POST',
        headers,
        body: rawBody,
        signal: AbortSignal.timeout(5_000),
      }).catch(() => undefined);
      if (answer?.ok === true) return;
      await sleep(RETRY_MS);
    }
  }

  function happen(
    contract: Contract,
    what: Omit<Event, 'id' | 'nomor' | 'waktu'>,
    { times = 1, isTampered = false } = {},
  ): void {
    const event = {
      id: `${contract.akad}-${contract.riwayat.length + 1}`,
      nomor: contract.nomor,
      waktu: Date.now(),
      ...what,
    };
    contract.riwayat.push(event);
    for (let n = 0; n < times; n += 1) calling = calling.then(() => callBack({ event, isTampered }));
  }

  function sign(contract: Contract): void {
    happen(contract, { kejadian: 'TEKEN' });
    happen(contract, { kejadian: 'CAIR', sen: contract.sen, jadwal: scheduleOf(contract) });
  }

  const shown = ({ akad, nomor, induk, riwayat }: Contract) => ({
    akad,
    tautan: induk === null ? `${url()}/kencana/teken/${nomor}` : null,
    riwayat,
  });
  const ok = (isi: unknown) => ({ kode: 'OK', isi });

  function open(body: string): object {
    const { nomor, sen, tenor, induk } = JSON.parse(body) as Contract;
    const known = contracts.get(nomor);
    if (known !== undefined) return known.terms === body ? ok(shown(known)) : { kode: 'BEDA_ISI' };
    const isParentKnown = induk === null || [...contracts.values()].some(({ akad }) => akad === induk);
    if (sen / 100 < tenor || !isParentKnown) return { kode: 'TIDAK_LAYAK' };
    const contract: Contract = {
      akad: `KCN-${contracts.size + 1}`,
      nomor,
      terms: body,
      sen,
      tenor,
      induk,
      riwayat: [],
    };
    contracts.set(nomor, contract);
    if (induk !== null) sign(contract);
    return ok(shown(contract));
  }

  function cancel(contract: Contract): object {
    if (has(contract, 'CAIR')) return { kode: 'SUDAH_CAIR' };
    if (!has(contract, 'BATAL', 'TOLAK')) happen(contract, { kejadian: 'BATAL' });
    return ok(null);
  }

  function answerTo(operation: string, body: string): object {
    if (operation === 'akad') return open(body);
    const { nomor = '', tanggal = '' } = JSON.parse(body) as { nomor?: string; tanggal?: string };
    const ofDay = ({ riwayat }: Contract) =>
      riwayat.filter(
        ({ kejadian, waktu }) =>
          ['CAIR', 'BAYAR', 'HAPUS'].includes(kejadian) && dayInJakarta(new Date(waktu)) === tanggal,
      );
    if (operation === 'mutasi') return ok({ mutasi: [...contracts.values()].flatMap(ofDay) });
    const contract = contracts.get(nomor);
    if (contract === undefined) return { kode: 'TIDAK_ADA' };
    return operation === 'batal' ? cancel(contract) : ok(shown(contract));
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, , operation = '', nomor = ''] = String(request.url).split('/');
    const body = await bodyOf(request);
    const end = (status: number, value: object, headers = {}) =>
      response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(value));
    if (operation === 'teken') return void end(contracts.has(nomor) ? 200 : 404, {});
    if (request.headers.authorization !== `Basic ${Buffer.from(`ksbb:${KENCANA.password}`).toString('base64')}`)
      return void end(401, {});
    const fault = faults.find(({ route }) => route === ROUTES[operation]);
    if (fault !== undefined) faults.splice(faults.indexOf(fault), 1);
    if (fault?.kind === 'reset') return void request.socket.resetAndDestroy();
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'status')
      return void end(
        fault.status ?? 500,
        {},
        fault.retryAfterSeconds === undefined ? {} : { 'Retry-After': fault.retryAfterSeconds },
      );
    const answer = answerTo(operation, body);
    if (fault?.kind === 'lost-answer') request.socket.destroy();
    else end(200, answer);
  }

  function find(reference: string): Contract {
    const contract = contracts.get(reference);
    if (contract === undefined) throw new Error(`kencana has no contract ${reference}`);
    return contract;
  }

  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url(),
    fault: async (_, fault) => void faults.push(fault),
    repay: async (_, reference, { instalments, duplicate = [], tamperFirst = [] }) => {
      const contract = find(reference);
      for (const due of scheduleOf(contract).filter(({ ke }) => instalments.includes(ke))) {
        happen(
          contract,
          { kejadian: 'BAYAR', sen: due.sen, ke: due.ke },
          { times: duplicate.includes(due.ke) ? 2 : 1, isTampered: tamperFirst.includes(due.ke) },
        );
      }
      if (paid(contract) === contract.sen) happen(contract, { kejadian: 'LUNAS', sen: contract.sen });
    },
    writeOff: async (_, reference) =>
      happen(find(reference), { kejadian: 'HAPUS', sen: find(reference).sen - paid(find(reference)) }),
    contracts: async () =>
      [...contracts.values()].map((contract) => ({
        reference: contract.nomor,
        contractNo: contract.akad,
        parentContractNo: contract.induk,
        status: STATUS[contract.riwayat.at(-1)?.kejadian ?? ''] ?? 'pending-signature',
        principalRupiah: contract.sen / 100,
        repaidRupiah: paid(contract) / 100,
        callbacks: { pending: 0, delivered: 0, exhausted: 0 },
      })),
    sign: async (signUrl, decision = 'sign') => {
      const contract = find(String(signUrl.split('/').at(-1)));
      if (decision === 'sign') sign(contract);
      else happen(contract, { kejadian: 'TOLAK' });
    },
    stop: async () => {
      stopped.abort();
      await calling;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
