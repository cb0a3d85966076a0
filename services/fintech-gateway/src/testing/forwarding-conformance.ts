import { eventually } from '@ksbb/testkit';
import { ContractRefused } from '../partners/partner.ts';
import { contract, expectCallFailed, failureOf, type OpenSubject } from './partner-subject.ts';

/** What every adapter has to do with contracts: send them once, whatever fails, and take them back. */
export function forwardingConformance(subject: OpenSubject): void {
  const { name, adapter, side, open, contractsOf, messagesOf, reportsOf, signed } = subject;

  describe('forwarding', () => {
    test('names the contract and the page where it is signed', async () => {
      const taken = await adapter().forward(contract('forward-1'));
      expect(taken.partnerContractId).toBe((await contractsOf('forward-1'))[0]?.contractNo);
      expect((await fetch(String(taken.signUrl))).status).toBe(200);
    });

    test('again names the same contract, and there is one', async () => {
      const first = await adapter().forward(contract('forward-2'));
      expect(await adapter().forward(contract('forward-2'))).toEqual(first);
      expect(await contractsOf('forward-2')).toMatchObject([{ principalRupiah: 1_000_000 }]);
    });

    test('a contract that the partner will never take is refused', async () => {
      expect(await failureOf(adapter().forward(contract('forward-3', { amountRupiah: 2 })))).toBeInstanceOf(
        ContractRefused,
      );
    });

    test('an answer that is lost leaves it in doubt; the contract is found, and stays one', async () => {
      await side().fault(name, { route: 'create-contract', kind: 'lost-answer', times: 1 });
      await expectCallFailed(adapter().forward(contract('forward-4')), 'in-doubt');
      const { partnerContractId, signUrl, reports } = (await adapter().status('forward-4')) ?? {};
      expect({ reports, again: await adapter().forward(contract('forward-4')) }).toEqual({
        reports: [],
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
      await side().fault(name, { route: 'create-contract', times: 1, ...fault });
      await expectCallFailed(adapter().forward(contract('forward-5')), kind);
      expect(await adapter().forward(contract('forward-5'))).toMatchObject({ partnerContractId: expect.any(String) });
      expect(await contractsOf('forward-5')).toHaveLength(1);
    });

    test('says how long the partner wants to be left alone', async () => {
      await side().fault(name, {
        route: 'create-contract',
        kind: 'status',
        status: 503,
        retryAfterSeconds: 2,
        times: 1,
      });
      expect(await failureOf(adapter().forward(contract('forward-6')))).toMatchObject({ retryAfterMs: 2_000 });
    });

    test('other terms under the same reference are not taken for a refusal', async () => {
      await adapter().forward(contract('forward-7'));
      await expectCallFailed(adapter().forward(contract('forward-7', { amountRupiah: 5_000 })), 'in-doubt');
    });

    test('wrong credentials refuse no contract', async () => {
      const impostor = open('impostor');
      await expectCallFailed(impostor.adapter.forward(contract('forward-8')), 'misconfigured');
      await expectCallFailed(impostor.adapter.status('forward-1'), 'misconfigured');
      impostor.caller.close();
    });

    test('repaid money needs no signature and names the contract that it comes from', async () => {
      const parentContractId = await signed('parent-1');
      const taken = await adapter().forward(contract('relent-1', { parentContractId }));
      expect(taken.signUrl).toBeNull();
      await eventually('relent-1 is paid out', async () => (await reportsOf('relent-1')).length === 2);
      expect(await adapter().status('relent-1')).toMatchObject({
        ...taken,
        reports: [{ kind: 'signed' }, { kind: 'disbursed' }],
      });
      expect(await contractsOf('relent-1')).toMatchObject([{ parentContractNo: parentContractId }]);
    });

    test('repaid money from a contract that the partner does not know is refused', async () => {
      expect(await failureOf(adapter().forward(contract('relent-2', { parentContractId: 'NONE-1' })))).toBeInstanceOf(
        ContractRefused,
      );
    });
  });

  describe('cancelling', () => {
    test('takes a contract back, once, and the callback and the status say so', async () => {
      await adapter().forward(contract('cancel-1'));
      expect([await adapter().cancel('cancel-1'), await adapter().cancel('cancel-1')]).toEqual([
        'cancelled',
        'cancelled',
      ]);
      await eventually('the messages about cancel-1 are received', () => messagesOf('cancel-1').length === 1);
      expect(messagesOf('cancel-1')[0]?.report).toMatchObject({ kind: 'cancelled' });
      expect(await reportsOf('cancel-1')).toEqual([messagesOf('cancel-1')[0]?.report]);
      expect(await contractsOf('cancel-1')).toMatchObject([{ status: 'cancelled' }]);
    });

    test('a contract that the partner does not know is unknown', async () => {
      expect(await adapter().cancel('nobody-knows')).toBe('unknown');
    });

    test('is too late once the money is paid out', async () => {
      await signed('cancel-2');
      expect(await adapter().cancel('cancel-2')).toBe('too-late');
    });

    test('may be tried again when the partner is away, or does not take our credentials', async () => {
      await side().fault(name, { route: 'cancel-contract', kind: 'status', status: 503, times: 1 });
      await expectCallFailed(adapter().cancel('nobody-knows'), 'not-done');
      const impostor = open('impostor');
      await expectCallFailed(impostor.adapter.cancel('nobody-knows'), 'misconfigured');
      impostor.caller.close();
    });
  });
}
