import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseSettings } from '@ksbb/service-kit';
import { z } from 'zod';
import { dayInJakarta } from '../loans/core/arrears.ts';
import type { PartnerFact } from '../loans/core/partner-reports.ts';
import {
  CallFailed,
  type Callback,
  ContractRefused,
  type ContractToForward,
  type Delivery,
  type Partner,
} from '../partners/partner.ts';
import { callbackConformance } from './callback-conformance.ts';
import type { Credentials, PartnerSide, Subject } from './partner-subject.ts';
import type { OpenPartner } from '../partners/define-partner.ts';
import { patientCalls } from './call-settings.ts';
import { startSandbox } from './sandbox.ts';
import { until } from './until.ts';

function contract(reference: string, other: Partial<ContractToForward> = {}): ContractToForward {
  const borrower = { msmeId: 'warung-a', name: 'Warung "A" & Éclair', kelurahan: 'Petojo Utara' };
  return { reference, borrower, amountRupiah: 1_000_000, instalments: 3, parentContractId: null, ...other };
}

async function failureOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: Error) => error,
  );
}

/** What every adapter has to do, tried on its partner: the real sandbox, or what a test starts. */
export function partnerConformance(subject: Subject): void {
  const { name, environment, hasFeed, start = startSandbox } = subject;
  const received: Callback[] = [];
  let receiver: Server;
  let sandbox: PartnerSide;
  let opened: OpenPartner;
  let partner: Partner;

  function open(credentials: Credentials): OpenPartner {
    const settings = parseSettings(z.object(subject.kind.settings), environment(`${sandbox.url}/${name}`, credentials));
    return subject.kind.open(name, settings as never, {
      limits: patientCalls,
      observe: () => undefined,
      clock: () => new Date(),
    });
  }

  const contractsOf = async (reference: string) =>
    (await sandbox.contracts(name)).filter((one) => one.reference === reference);
  function deliveriesOf(reference: string): Delivery[] {
    const verified = received.map((callback) => partner.verifyCallback(callback, new Date()));
    return verified.flatMap((one) =>
      one.is === 'genuine' && one.delivery.reference === reference ? [one.delivery] : [],
    );
  }
  async function factsOf(reference: string): Promise<PartnerFact[]> {
    return (await partner.status(reference))?.facts ?? [];
  }
  async function signed(reference: string): Promise<string> {
    const taken = await partner.forward(contract(reference));
    await sandbox.sign(String(taken.signUrl));
    await until(async () => (await factsOf(reference)).some(({ kind }) => kind === 'disbursed'));
    return taken.partnerContractId;
  }

  beforeAll(async () => {
    receiver = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const callback = { headers: request.headers, rawBody: Buffer.concat(parts), path: String(request.url) };
        received.push(callback);
        response.writeHead(partner.verifyCallback(callback, new Date()).is === 'refused' ? 401 : 202).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    sandbox = await start(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}`);
    opened = open('agreed');
    partner = opened.partner;
  });

  afterAll(async () => {
    opened.caller.close();
    await sandbox.stop();
    receiver.closeAllConnections();
    await new Promise((resolve) => receiver.close(resolve));
  });

  describe('forwarding', () => {
    test('names the contract and the page where it is signed', async () => {
      const taken = await partner.forward(contract('forward-1'));
      expect(taken.partnerContractId).toBe((await contractsOf('forward-1'))[0]?.contractNo);
      expect((await fetch(String(taken.signUrl))).status).toBe(200);
    });

    test('again names the same contract, and there is one', async () => {
      const first = await partner.forward(contract('forward-2'));
      expect(await partner.forward(contract('forward-2'))).toEqual(first);
      expect(await contractsOf('forward-2')).toMatchObject([{ principalRupiah: 1_000_000 }]);
    });

    test('a contract that the partner will never take is refused', async () => {
      expect(await failureOf(partner.forward(contract('forward-3', { amountRupiah: 2 })))).toBeInstanceOf(
        ContractRefused,
      );
    });

    test('an answer that is lost leaves it in doubt; the contract is found, and stays one', async () => {
      await sandbox.fault(name, { route: 'create-contract', kind: 'lost-answer', times: 1 });
      expect(await failureOf(partner.forward(contract('forward-4')))).toMatchObject({
        name: 'CallFailed',
        kind: 'in-doubt',
      });
      const { partnerContractId, signUrl, facts } = (await partner.status('forward-4')) ?? {};
      expect({ facts, again: await partner.forward(contract('forward-4')) }).toEqual({
        facts: [],
        again: { partnerContractId, signUrl },
      });
      expect(await contractsOf('forward-4')).toHaveLength(1);
    });

    test.each([
      ['a connection that is cut', { kind: 'reset' }, 'in-doubt'],
      ['no answer', { kind: 'hang', milliseconds: 5_000 }, 'in-doubt'],
      ['a fault of the partner', { kind: 'status', status: 500 }, 'in-doubt'],
      ['a partner that is away', { kind: 'status', status: 503 }, 'not-done'],
      ['a partner that has too much to do', { kind: 'status', status: 429 }, 'not-done'],
      ['credentials that were taken back', { kind: 'status', status: 401 }, 'misconfigured'],
      ['an address that is gone', { kind: 'status', status: 404 }, 'misconfigured'],
    ] as const)('%s may be tried again, and refuses no contract', async (_, fault, kind) => {
      await sandbox.fault(name, { route: 'create-contract', times: 1, ...fault });
      expect(await failureOf(partner.forward(contract('forward-5')))).toMatchObject({ name: 'CallFailed', kind });
      expect(await partner.forward(contract('forward-5'))).toMatchObject({ partnerContractId: expect.any(String) });
      expect(await contractsOf('forward-5')).toHaveLength(1);
    });

    test('says how long the partner wants to be left alone', async () => {
      await sandbox.fault(name, {
        route: 'create-contract',
        kind: 'status',
        status: 503,
        retryAfterSeconds: 2,
        times: 1,
      });
      expect(await failureOf(partner.forward(contract('forward-6')))).toMatchObject({ retryAfterMs: 2_000 });
    });

    test('other terms under the same reference are not taken for a refusal', async () => {
      await partner.forward(contract('forward-7'));
      expect(await failureOf(partner.forward(contract('forward-7', { amountRupiah: 5_000 })))).toMatchObject({
        name: 'CallFailed',
        kind: 'in-doubt',
      });
    });

    test('wrong credentials refuse no contract', async () => {
      const impostor = open('impostor');
      expect(await failureOf(impostor.partner.forward(contract('forward-8')))).toMatchObject({
        name: 'CallFailed',
        kind: 'misconfigured',
      });
      expect(await failureOf(impostor.partner.status('forward-1'))).toMatchObject({
        name: 'CallFailed',
        kind: 'misconfigured',
      });
      impostor.caller.close();
    });

    test('repaid money needs no signature and names the contract that it comes from', async () => {
      const parentContractId = await signed('parent-1');
      const taken = await partner.forward(contract('relent-1', { parentContractId }));
      expect(taken.signUrl).toBeNull();
      await until(async () => (await factsOf('relent-1')).length === 2);
      expect(await partner.status('relent-1')).toMatchObject({
        ...taken,
        facts: [{ kind: 'signed' }, { kind: 'disbursed' }],
      });
      expect(await contractsOf('relent-1')).toMatchObject([{ parentContractNo: parentContractId }]);
    });

    test('repaid money from a contract that the partner does not know is refused', async () => {
      expect(await failureOf(partner.forward(contract('relent-2', { parentContractId: 'NONE-1' })))).toBeInstanceOf(
        ContractRefused,
      );
    });
  });

  describe('cancelling', () => {
    test('takes a contract back, once, and the callback and the status say so', async () => {
      await partner.forward(contract('cancel-1'));
      expect([await partner.cancel('cancel-1'), await partner.cancel('cancel-1')]).toEqual(['cancelled', 'cancelled']);
      await until(() => deliveriesOf('cancel-1').length === 1);
      expect(deliveriesOf('cancel-1')[0]?.fact).toMatchObject({ kind: 'cancelled' });
      expect(await factsOf('cancel-1')).toEqual([deliveriesOf('cancel-1')[0]?.fact]);
      expect(await contractsOf('cancel-1')).toMatchObject([{ status: 'cancelled' }]);
    });

    test('a contract that the partner does not know is unknown', async () => {
      expect(await partner.cancel('nobody-knows')).toBe('unknown');
    });

    test('is too late once the money is paid out', async () => {
      await signed('cancel-2');
      expect(await partner.cancel('cancel-2')).toBe('too-late');
    });

    test('may be tried again when the partner is away, or does not take our credentials', async () => {
      await sandbox.fault(name, { route: 'cancel-contract', kind: 'status', status: 503, times: 1 });
      expect(await failureOf(partner.cancel('nobody-knows'))).toMatchObject({ name: 'CallFailed', kind: 'not-done' });
      const impostor = open('impostor');
      expect(await failureOf(impostor.partner.cancel('nobody-knows'))).toMatchObject({
        name: 'CallFailed',
        kind: 'misconfigured',
      });
      impostor.caller.close();
    });
  });

  describe('the statement of a day', () => {
    const today = () => dayInJakarta(new Date());

    test('lists what moved, to the rupiah, and nothing of another day', async () => {
      await signed('statement-1');
      await sandbox.repay(name, 'statement-1', { instalments: [1] });
      await sandbox.writeOff(name, 'statement-1');
      const facts = await factsOf('statement-1');
      const repayment = facts.find(({ kind }) => kind === 'repayment') as Extract<PartnerFact, { kind: 'repayment' }>;
      const own = (await partner.statement(today())).filter(({ reference }) => reference === 'statement-1');
      expect(own).toEqual([
        {
          kind: 'disbursement',
          reference: 'statement-1',
          repaymentId: null,
          amountRupiah: 1_000_000,
          at: facts[1]?.at,
        },
        {
          kind: 'repayment',
          reference: 'statement-1',
          repaymentId: repayment.repaymentId,
          amountRupiah: 333_334,
          at: repayment.at,
        },
        { kind: 'write-off', reference: 'statement-1', repaymentId: null, amountRupiah: 666_666, at: facts[3]?.at },
      ]);
      expect(facts[3]).toMatchObject({ kind: 'written-off', amountRupiah: 666_666 });
      expect(await partner.statement('2020-01-01')).toEqual([]);
    });

    test('may be asked for again when the partner is away', async () => {
      await sandbox.fault(name, { route: 'statement', kind: 'status', status: 503, times: 1 });
      expect(await failureOf(partner.statement(today()))).toBeInstanceOf(CallFailed);
    });
  });

  describe('status', () => {
    test('is nothing where the partner has no such contract', async () => {
      expect(await partner.status('nobody-knows')).toBeNull();
    });

    test('may be tried again when the partner is away', async () => {
      await sandbox.fault(name, { route: 'get-contract', kind: 'status', status: 503, times: 1 });
      expect(await failureOf(partner.status('nobody-knows'))).toBeInstanceOf(CallFailed);
    });
  });

  describe('what the partner tells', () => {
    test('says the same by callback and by status, from the signature to the last rupiah', async () => {
      await signed('told-1');
      await sandbox.repay(name, 'told-1', { instalments: [1, 2, 3] });
      await until(() => deliveriesOf('told-1').length === 6);
      const facts = deliveriesOf('told-1').map(({ fact }) => fact);
      expect(facts).toEqual(await factsOf('told-1'));
      expect(facts.map(({ kind }) => kind)).toEqual([
        'signed',
        'disbursed',
        'repayment',
        'repayment',
        'repayment',
        'completed',
      ]);
      expect(facts).toMatchObject([
        {},
        {
          amountRupiah: 1_000_000,
          schedule: [{ instalment: 1, amountRupiah: 333_334 }, { amountRupiah: 333_333 }, { amountRupiah: 333_333 }],
        },
        { instalment: 1, amountRupiah: 333_334 },
        { instalment: 2 },
        { instalment: 3 },
        { totalRupiah: 1_000_000 },
      ]);
    });

    test('says that the signer declined', async () => {
      const { signUrl } = await partner.forward(contract('told-2'));
      await sandbox.sign(String(signUrl), 'decline');
      await until(() => deliveriesOf('told-2').length === 1);
      expect(deliveriesOf('told-2')[0]?.fact).toMatchObject({ kind: 'declined' });
      expect(await factsOf('told-2')).toEqual([deliveriesOf('told-2')[0]?.fact]);
    });

    test('a repeat has the same delivery id, and an attempt with a wrong signature is refused', async () => {
      await signed('told-3');
      const before = received.length;
      await sandbox.repay(name, 'told-3', { instalments: [1], duplicate: [1], tamperFirst: [1] });
      await until(() => deliveriesOf('told-3').filter(({ fact }) => fact.kind === 'repayment').length === 2);
      const ids = deliveriesOf('told-3').flatMap(({ deliveryId, fact }) =>
        fact.kind === 'repayment' ? [deliveryId] : [],
      );
      expect(new Set(ids).size).toBe(1);
      const refused = received
        .slice(before)
        .filter((callback) => partner.verifyCallback(callback, new Date()).is === 'refused');
      expect(refused.length).toBeGreaterThan(0);
    });

    test('the feed, where there is one, tells everything that callbacks told, under the same ids', async () => {
      const { feed } = partner;
      expect(feed !== undefined).toBe(hasFeed);
      if (feed === undefined) return;
      await signed('told-4');
      const fromFeed: Delivery[] = [];
      let cursor: string | null = null;
      for (let hasMore = true; hasMore;) {
        const page = await feed(cursor);
        for (const message of page.messages) {
          if ('errors' in message) throw new Error(JSON.stringify(message));
          if (message.reference === 'told-4') fromFeed.push(message);
        }
        ({ nextCursor: cursor, hasMore } = page);
      }
      await until(() => deliveriesOf('told-4').length === 2);
      expect(fromFeed).toEqual(deliveriesOf('told-4'));
      expect(await feed(cursor)).toMatchObject({ messages: [], nextCursor: cursor, hasMore: false });
    });
  });

  test('what the partner signs with an older secret is genuine while a new one is introduced', async () => {
    await partner.forward(contract('rotated-1'));
    await partner.cancel('rotated-1');
    await until(() => deliveriesOf('rotated-1').length === 1);
    const told = received.filter((callback) => callback.rawBody.includes('rotated-1'));
    const [rotated, impostor] = [open('rotated'), open('impostor')];
    const verdicts = ({ partner: { verifyCallback } }: OpenPartner) =>
      new Set(told.map((callback) => verifyCallback(callback, new Date()).is));
    expect([verdicts(rotated), verdicts(impostor)]).toEqual([new Set(['genuine']), new Set(['refused'])]);
    for (const { caller } of [rotated, impostor]) caller.close();
  });

  callbackConformance(subject, {
    partner: () => partner,
    genuine: async () => {
      await signed('malformed-1');
      await until(() => deliveriesOf('malformed-1').length > 0);
      return received.find((callback) => callback.rawBody.includes('malformed-1')) as Callback;
    },
    repayment: async () => {
      await signed('amounts-1');
      await sandbox.repay(name, 'amounts-1', { instalments: [1] });
      await until(() => deliveriesOf('amounts-1').some(({ fact }) => fact.kind === 'repayment'));
      return received.findLast((callback) => callback.rawBody.includes('amounts-1')) as Callback;
    },
  });
}
