import { randomUUID } from 'node:crypto';
import { type Database, openDatabase } from '@ksbb/document-store';
import { createLog, createMetrics, parseSettings } from '@ksbb/service-kit';
import { eventually, freshDatabase, removeDatabase } from '@ksbb/testkit';
import type { Express } from 'express';
import supertest from 'supertest';
import { signatureOf } from '../amanah/signature.ts';
import { createApp } from '../app.ts';
import type { Partner } from '../contract/record.ts';
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

/** Callers of both partners and of the admin API, with valid credentials unless a test gives others. */
export function callersOf(app: Express | string) {
  const call = (
    method: 'get' | 'post' | 'put' | 'delete',
    path: string,
    headers: Record<string, string>,
    body?: object,
  ) => {
    const request = supertest(app)[method](path).set(headers);
    return body === undefined ? request : request.type('json').send(JSON.stringify(body));
  };
  const keyHeader = ({ key = randomUUID(), idempotent = true }: Options): Record<string, string> =>
    idempotent ? { 'Idempotency-Key': key } : {};
  const amanah = (method: 'get' | 'post', path: string, body?: object, options: Options = {}) => {
    const rawBody = Buffer.from(body === undefined ? '' : JSON.stringify(body));
    const timestamp = new Date().toISOString();
    const signed = { method, pathWithQuery: path, rawBody, timestamp };
    const snapHeaders = {
      'X-PARTNER-ID': CREDENTIALS.AMANAH_CLIENT_ID,
      'X-TIMESTAMP': timestamp,
      'X-EXTERNAL-ID': randomUUID(),
      'X-SIGNATURE': signatureOf(CREDENTIALS.AMANAH_CLIENT_SECRET, signed),
    };
    return call(method, path, { ...snapHeaders, ...keyHeader(options), ...options.headers }, body);
  };
  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
  const lumbung = (method: 'get' | 'post', path: string, body?: object, options: Options = {}) =>
    call(method, path, { ...bearer(CREDENTIALS.LUMBUNG_TOKEN), ...keyHeader(options), ...options.headers }, body);
  const admin = (method: 'get' | 'post' | 'put' | 'delete', path: string, body?: object) =>
    call(method, path, bearer(CREDENTIALS.ADMIN_TOKEN), body);
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

export type TestSandbox = ReturnType<typeof callersOf> & {
  app: Express;
  database: Database;
  receiver: CallbackReceiver;
  /** Opens and signs a contract and waits for its disbursement. Returns the partner's number of the contract. */
  disbursed: (partner: Partner, reference: string) => Promise<string>;
  stop: () => Promise<void>;
};

/** The sandbox as it runs in production, with its own database and a receiver of its callbacks. */
export async function startSandbox(change: Record<string, string> = {}): Promise<TestSandbox> {
  const uri = freshDatabase('sandbox');
  const receiver = await startCallbackReceiver();
  const settings = parseSettings(settingsSchema, { ...environmentOf(uri, receiver.port), ...change });
  const log = createLog('fintech-sandbox', 'silent');
  const metrics = createMetrics('fintech-sandbox');
  const database = await openDatabase(uri, log);
  const sandbox = await createApp({ settings, database, log, metrics, clock: () => new Date() });
  sandbox.start();
  const callers = callersOf(sandbox.app);

  async function opened(partner: Partner, reference: string): Promise<{ number: string; address: string }> {
    if (partner === 'amanah') {
      const { body } = await callers.amanah('post', QARDH_PATH, qardhBody(reference)).expect(200);
      return { number: body.referenceNo, address: body.eContractUrl };
    }
    const { body } = await callers.lumbung('post', LOANS_PATH, loanBody(reference)).expect(201);
    return { number: body.loan.id, address: body.loan.sign_url };
  }

  return {
    ...callers,
    app: sandbox.app,
    database,
    receiver,
    disbursed: async (partner, reference) => {
      const { number, address } = await opened(partner, reference);
      await callers.signOn(address).expect(303);
      await eventually(`the disbursement of ${reference}`, async () => {
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
