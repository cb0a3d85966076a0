import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLog, createMetrics, parseSettings } from '@ksbb/service-kit';
import type { Express } from 'express';
import supertest from 'supertest';
import { freshDatabase, removeDatabase } from '@ksbb/testkit';
import { signatureOf } from '../amanah/signature.ts';
import { createApp } from '../app.ts';
import { settingsSchema } from '../settings.ts';
import { type CallbackReceiver, startCallbackReceiver } from './callback-receiver.ts';

export const CREDENTIALS = {
  AMANAH_CLIENT_ID: 'ksbb-umkm',
  AMANAH_CLIENT_SECRET: 'amanah-secret-of-the-tests',
  LUMBUNG_TOKEN: 'lumbung-token-of-the-tests',
  LUMBUNG_WEBHOOK_SECRET: 'lumbung-secret-of-the-tests',
  ADMIN_TOKEN: 'admin-token-of-the-tests',
};

/** The environment of a sandbox that calls back to a receiver on `callbackPort`. */
export function environmentOf(databaseUri: string, callbackPort: number): Record<string, string> {
  return {
    PORT: '1',
    HEALTH_PORT: '2',
    LOG_LEVEL: 'silent',
    MONGODB_URI: databaseUri,
    PUBLIC_URL: 'http://sandbox.test/',
    AMANAH_CALLBACK_URL: `http://127.0.0.1:${callbackPort}/callbacks/amanah?from=sandbox`,
    LUMBUNG_CALLBACK_URL: `http://127.0.0.1:${callbackPort}/callbacks/lumbung`,
    DISBURSE_AFTER_MS: '20',
    CALLBACK_RETRY_BASE_MS: '5',
    ...CREDENTIALS,
  };
}

type Options = { headers?: Record<string, string>; key?: string; idempotent?: boolean };

/** Callers of both partners and of the admin API, with good credentials unless a test says otherwise. */
export function callersOf(app: Express | string) {
  const amanah = (
    method: 'get' | 'post',
    path: string,
    body?: object,
    { headers = {}, key = randomUUID(), idempotent = true }: Options = {},
  ) => {
    const rawBody = body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
    const timestamp = new Date().toISOString();
    const signature = signatureOf(CREDENTIALS.AMANAH_CLIENT_SECRET, {
      method,
      pathWithQuery: path,
      rawBody,
      timestamp,
    });
    const caller = supertest(app);
    const request = caller[method](path).set({
      'X-PARTNER-ID': CREDENTIALS.AMANAH_CLIENT_ID,
      'X-TIMESTAMP': timestamp,
      'X-EXTERNAL-ID': randomUUID(),
      'X-SIGNATURE': signature,
      ...(idempotent ? { 'Idempotency-Key': key } : {}),
      ...headers,
    });
    return body === undefined ? request : request.type('json').send(rawBody.toString());
  };
  const lumbung = (
    method: 'get' | 'post',
    path: string,
    body?: object,
    { headers = {}, key = randomUUID(), idempotent = true }: Options = {},
  ) => {
    const caller = supertest(app);
    const request = caller[method](path).set({
      Authorization: `Bearer ${CREDENTIALS.LUMBUNG_TOKEN}`,
      ...(idempotent ? { 'Idempotency-Key': key } : {}),
      ...headers,
    });
    return body === undefined ? request : request.send(body);
  };
  const admin = (method: 'get' | 'post' | 'delete', path: string, body?: object) => {
    const request = supertest(app)
      [method](path)
      .set({ Authorization: `Bearer ${CREDENTIALS.ADMIN_TOKEN}` });
    return body === undefined ? request : request.send(body);
  };
  const signOn = (address: string, name = 'Ibu Ratna') =>
    supertest(app).post(new URL(address).pathname).type('form').send({ decision: 'sign', name, agree: 'yes' });
  return { amanah, lumbung, admin, signOn };
}

export const QARDH_PATH = '/amanah/v1.0/qardh-contracts';
export const LOANS_PATH = '/lumbung/api/loans';

export function qardhBody(partnerReferenceNo: string, change: object = {}) {
  return {
    partnerReferenceNo,
    borrower: { id: 'msme-42', name: 'Warung Bu Tini', kelurahan: 'Kapuk' },
    amount: { value: '6000000.00', currency: 'IDR' },
    instalments: 3,
    ...change,
  };
}

export function loanBody(external_id: string, change: object = {}) {
  return {
    external_id,
    borrower: { ref: 'msme-77', name: 'Bengkel Pak Dedi', area: 'Kapuk' },
    principal: 4_000_001,
    term_months: 3,
    ...change,
  };
}

/** Waits until `look` finds something: long enough for a lease to run out on a busy machine. @throws Error after 60 s */
export async function until<T>(
  look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
): Promise<T> {
  const givenUpAt = performance.now() + 60_000;
  while (performance.now() < givenUpAt) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    await sleep(20);
  }
  throw new Error('waited 60 s in vain');
}

export type TestSandbox = ReturnType<typeof callersOf> & {
  app: Express;
  receiver: CallbackReceiver;
  /** Opens, signs and awaits the disbursement; answers the partner's number of the contract. */
  disbursed: (partner: 'amanah' | 'lumbung', reference: string) => Promise<string>;
  stop: () => Promise<void>;
};

/** The sandbox as it runs in production, on a database of its own, with a receiver for its callbacks. */
export async function startSandbox(change: Record<string, string> = {}): Promise<TestSandbox> {
  const uri = freshDatabase('sandbox');
  const receiver = await startCallbackReceiver();
  const settings = parseSettings(settingsSchema, { ...environmentOf(uri, receiver.port), ...change });
  const sandbox = createApp({
    settings,
    log: createLog('fintech-sandbox', 'silent'),
    metrics: createMetrics('fintech-sandbox'),
  });
  await sandbox.start();
  const callers = callersOf(sandbox.app);

  const opened = async (
    partner: 'amanah' | 'lumbung',
    reference: string,
  ): Promise<{ number: string; address: string }> => {
    if (partner === 'amanah') {
      const { body } = await callers.amanah('post', QARDH_PATH, qardhBody(reference)).expect(200);
      return { number: body.referenceNo, address: body.eContractUrl };
    }
    const { body } = await callers.lumbung('post', LOANS_PATH, loanBody(reference)).expect(201);
    return { number: body.loan.id, address: body.loan.sign_url };
  };

  return {
    ...callers,
    app: sandbox.app,
    receiver,
    disbursed: async (partner, reference) => {
      const { number, address } = await opened(partner, reference);
      await callers.signOn(address).expect(303);
      await until(async () => {
        const { body } = await callers.admin('get', `/admin/contracts/${partner}/${reference}`);
        return body.status === 'disbursed' && body.callbacks.pending === 0;
      });
      return number;
    },
    stop: async () => {
      await sandbox.close();
      await receiver.close();
      await removeDatabase(uri);
    },
  };
}
