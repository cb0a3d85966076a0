import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Partner as PartnerName } from '@ksbb/contracts';
import type { PartnerFact } from '../loan/facts.ts';
import { CallFailed, type Callback, ContractRefused, type ContractToForward, type Delivery, type Partner } from '../partners/partner.ts';
import { type Sandbox, startSandbox } from './sandbox.ts';
import { until } from './until.ts';

export type Subject = {
  name: PartnerName;
  /** The adapter against a partner at this address; `impostor`: with credentials that the partner does not know. */
  create: (partnerUrl: string, impostor: boolean) => { partner: Partner; close: () => void };
  /** The headers of a callback with this body, signed as the partner does. */
  sign: (rawBody: Buffer, path: string, now: Date) => IncomingHttpHeaders;
  /** The partner's code for an event, in a message that is complete otherwise. */
  eventField: string;
  /** An adapter's `verifyCallback` binds the path that was called too. */
  signsPath: boolean;
};

const PATH_OF = (name: PartnerName) => `/callbacks/${name}`;

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

/** What every adapter has to do, tried on the real sandbox of its partner. */
export function partnerConformance(subject: Subject): void {
  const { name, create, sign, eventField, signsPath } = subject;
  const received: Callback[] = [];
  let receiver: Server;
  let sandbox: Sandbox;
  let partner: Partner;
  let close: () => void;

  const contractsOf = async (reference: string) => (await sandbox.contracts(name)).filter((one) => one.reference === reference);
  function deliveriesOf(reference: string): Delivery[] {
    const verified = received.map((callback) => partner.verifyCallback(callback, new Date()));
    return verified.flatMap((one) => (one.is === 'genuine' && one.delivery.reference === reference ? [one.delivery] : []));
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
    sandbox = await startSandbox(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}`);
    ({ partner, close } = create(`${sandbox.url}/${name}`, false));
  });

  afterAll(async () => {
    close();
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
      expect(await failureOf(partner.forward(contract('forward-3', { amountRupiah: 2 })))).toBeInstanceOf(ContractRefused);
    });

    test('an answer that is lost leaves it in doubt; the contract is found, and stays one', async () => {
      await sandbox.fault(name, { route: 'create-contract', kind: 'lost-answer', times: 1 });
      expect(await failureOf(partner.forward(contract('forward-4')))).toMatchObject({ name: 'CallFailed', kind: 'in-doubt' });
      const { partnerContractId, signUrl, facts } = (await partner.status('forward-4')) ?? {};
      expect({ facts, again: await partner.forward(contract('forward-4')) }).toEqual({ facts: [], again: { partnerContractId, signUrl } });
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
      await sandbox.fault(name, { route: 'create-contract', kind: 'status', status: 503, retryAfterSeconds: 2, times: 1 });
      expect(await failureOf(partner.forward(contract('forward-6')))).toMatchObject({ retryAfterMs: 2_000 });
    });

    test('other terms under the same reference are not taken for a refusal', async () => {
      await partner.forward(contract('forward-7'));
      expect(await failureOf(partner.forward(contract('forward-7', { amountRupiah: 5_000 })))).toMatchObject({ name: 'CallFailed', kind: 'in-doubt' });
    });

    test('wrong credentials refuse no contract', async () => {
      const impostor = create(`${sandbox.url}/${name}`, true);
      expect(await failureOf(impostor.partner.forward(contract('forward-8')))).toMatchObject({ name: 'CallFailed', kind: 'misconfigured' });
      expect(await failureOf(impostor.partner.status('forward-1'))).toMatchObject({ name: 'CallFailed', kind: 'misconfigured' });
      impostor.close();
    });

    test('repaid money needs no signature and names the contract that it comes from', async () => {
      const parentContractId = await signed('parent-1');
      const taken = await partner.forward(contract('relent-1', { parentContractId }));
      expect(taken.signUrl).toBeNull();
      await until(async () => (await factsOf('relent-1')).length === 2);
      expect(await partner.status('relent-1')).toMatchObject({ ...taken, facts: [{ kind: 'signed' }, { kind: 'disbursed' }] });
      expect(await contractsOf('relent-1')).toMatchObject([{ parentContractNo: parentContractId }]);
    });

    test('repaid money from a contract that the partner does not know is refused', async () => {
      expect(await failureOf(partner.forward(contract('relent-2', { parentContractId: 'NONE-1' })))).toBeInstanceOf(ContractRefused);
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
      expect(facts.map(({ kind }) => kind)).toEqual(['signed', 'disbursed', 'repayment', 'repayment', 'repayment', 'completed']);
      expect(facts).toMatchObject([
        {},
        { amountRupiah: 1_000_000, schedule: [{ instalment: 1, amountRupiah: 333_334 }, { amountRupiah: 333_333 }, { amountRupiah: 333_333 }] },
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
      const ids = deliveriesOf('told-3').flatMap(({ deliveryId, fact }) => (fact.kind === 'repayment' ? [deliveryId] : []));
      expect(new Set(ids).size).toBe(1);
      const refused = received.slice(before).filter((callback) => partner.verifyCallback(callback, new Date()).is === 'refused');
      expect(refused.length).toBeGreaterThan(0);
    });

    test('the feed, where there is one, tells everything that callbacks told, under the same ids', async () => {
      const { feed } = partner;
      if (feed === undefined) {
        expect(name).toBe('amanah');
        return;
      }
      await signed('told-4');
      const fromFeed: Delivery[] = [];
      let cursor: string | null = null;
      for (let hasMore = true; hasMore; ) {
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

  describe('verifying a callback', () => {
    const now = new Date('2026-11-25T00:00:00.000Z');
    const path = PATH_OF(name);
    const secondsLater = (seconds: number) => new Date(now.getTime() + seconds * 1000);
    const body = Buffer.from('{}');

    const tampered: [string, () => Callback][] = [
      ['another body', () => ({ headers: sign(body, path, now), rawBody: Buffer.from('{ }'), path })],
      ['no headers', () => ({ headers: {}, rawBody: body, path })],
      ...Object.keys(sign(body, path, now))
        .filter((header) => !['x-external-id', 'lumbung-delivery'].includes(header))
        .flatMap((header): [string, () => Callback][] => [
          [`no ${header}`, () => ({ headers: { ...sign(body, path, now), [header]: undefined }, rawBody: body, path })],
          [`another ${header}`, () => ({ headers: { ...sign(body, path, now), [header]: `${sign(body, path, now)[header]}0` }, rawBody: body, path })],
        ]),
      ...(signsPath ? [['another path', () => ({ headers: sign(body, path, now), rawBody: body, path: '/callbacks/other' })] as [string, () => Callback]] : []),
    ];

    test.each(tampered)('with %s: refused', (_, callback) => {
      expect(partner.verifyCallback(callback(), now).is).toBe('refused');
    });

    test.each([
      [300, 'malformed'],
      [-300, 'malformed'],
      [301, 'refused'],
      [-301, 'refused'],
    ])('%i s away from now: %s', (seconds, is) => {
      expect(partner.verifyCallback({ headers: sign(body, path, now), rawBody: body, path }, secondsLater(seconds)).is).toBe(is);
    });

    test.each([
      ['no JSON', Buffer.from('no JSON')],
      ['another shape', Buffer.from('[]')],
      ['nothing', Buffer.alloc(0)],
    ])('signed, with %s: malformed, with what is wrong', (_, rawBody) => {
      const verified = partner.verifyCallback({ headers: sign(rawBody, path, now), rawBody, path }, now);
      expect(verified).toMatchObject({ is: 'malformed', message: { errors: [{ pointer: expect.any(String) }] } });
    });

    test('signed, with an event that nobody agreed on: malformed, and the field is named', async () => {
      await signed('malformed-1');
      await until(() => deliveriesOf('malformed-1').length > 0);
      const genuine = received.find((callback) => callback.rawBody.includes('malformed-1')) as Callback;
      const rawBody = Buffer.from(JSON.stringify({ ...JSON.parse(genuine.rawBody.toString()), [eventField]: 'SOMETHING_ELSE' }));
      const verified = partner.verifyCallback({ headers: sign(rawBody, path, now), rawBody, path }, now);
      expect(verified).toMatchObject({ is: 'malformed', message: { errors: [{ pointer: `/${eventField}` }] } });
    });
  });
}
