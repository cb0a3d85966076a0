import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseSettings } from '@ksbb/service-kit';
import { eventually } from '@ksbb/testkit';
import { z } from 'zod';
import type { OpenPartner } from '../partners/define-partner.ts';
import type { Callback } from '../partners/partner.ts';
import { callbackConformance } from './callback-conformance.ts';
import { patientCalls } from './call-settings.ts';
import { forwardingConformance } from './forwarding-conformance.ts';
import { contract, type Credentials, type OpenSubject, type PartnerSide, type Subject } from './partner-subject.ts';
import { reportConformance } from './report-conformance.ts';
import { startSandbox } from './sandbox.ts';

/** What every adapter has to do, tried on its partner: the real sandbox, or what a test starts. */
export function partnerConformance(subject: Subject): void {
  const { name, environment, start = startSandbox } = subject;
  const received: Callback[] = [];
  let receiver: Server;
  let side: PartnerSide;
  let opened: OpenPartner;

  function open(credentials: Credentials): OpenPartner {
    const settings = parseSettings(z.object(subject.kind.settings), environment(`${side.url}/${name}`, credentials));
    return subject.kind.open(name, settings as never, {
      limits: patientCalls,
      observe: () => undefined,
      clock: () => new Date(),
    });
  }

  const reportsOf: OpenSubject['reportsOf'] = async (reference) =>
    (await opened.adapter.status(reference))?.reports ?? [];
  const messagesOf: OpenSubject['messagesOf'] = (reference) =>
    received.flatMap((callback) => {
      const verified = opened.adapter.callbacks.verify(callback, new Date());
      return verified.is === 'genuine' && verified.message.reference === reference ? [verified.message] : [];
    });

  async function signed(reference: string): Promise<string> {
    const taken = await opened.adapter.forward(contract(reference));
    await side.sign(String(taken.signUrl));
    const isPaidOut = async () => (await reportsOf(reference)).some(({ kind }) => kind === 'disbursed');
    await eventually(`${reference} is paid out`, isPaidOut);
    return taken.partnerContractId;
  }

  beforeAll(async () => {
    receiver = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const callback = { headers: request.headers, rawBody: Buffer.concat(parts), path: String(request.url) };
        received.push(callback);
        const { is } = opened.adapter.callbacks.verify(callback, new Date());
        response.writeHead(is === 'refused' ? 401 : 202).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    side = await start(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}`);
    opened = open('agreed');
  });

  afterAll(async () => {
    opened.caller.close();
    await side.stop();
    receiver.closeAllConnections();
    await new Promise((resolve) => receiver.close(resolve));
  });

  const openSubject: OpenSubject = {
    ...subject,
    adapter: () => opened.adapter,
    side: () => side,
    open,
    received,
    contractsOf: async (reference) => (await side.contracts(name)).filter((one) => one.reference === reference),
    messagesOf,
    reportsOf,
    signed,
  };
  forwardingConformance(openSubject);
  reportConformance(openSubject);
  callbackConformance(subject, {
    adapter: () => opened.adapter,
    genuine: async () => {
      await signed('malformed-1');
      await eventually('a callback is received', () => messagesOf('malformed-1').length > 0);
      return received.find((callback) => callback.rawBody.includes('malformed-1')) as Callback;
    },
    repayment: async () => {
      await signed('amounts-1');
      await side.repay(name, 'amounts-1', { instalments: [1] });
      const isRepaid = () => messagesOf('amounts-1').some(({ report }) => report.kind === 'repayment');
      await eventually('a repayment is received', isRepaid);
      return received.findLast((callback) => callback.rawBody.includes('amounts-1')) as Callback;
    },
  });
}
