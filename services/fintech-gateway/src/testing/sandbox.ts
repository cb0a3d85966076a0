import { call, expectOk, freePorts, freshDatabase, removeDatabase, startServiceProcess } from '@ksbb/testkit';
import { CREDENTIALS } from './credentials.ts';

const ADMIN_TOKEN = 'admin-token-of-the-tests';

export type Fault = {
  route: string;
  kind: string;
  times: number;
  status?: number;
  milliseconds?: number;
  retryAfterSeconds?: number;
};
export type Repayments = { instalments: number[]; duplicate?: number[]; tamperFirst?: number[] };
export type SandboxContract = {
  reference: string;
  contractNo: string;
  parentContractNo: string | null;
  status: string;
  principalRupiah: number;
  repaidRupiah: number;
  callbacks: { pending: number; delivered: number; exhausted: number };
};

export type Sandbox = {
  url: string;
  /** Makes the next calls of a route go wrong. */
  fault: (partner: string, fault: Fault) => Promise<void>;
  clearFaults: () => Promise<void>;
  faultsLeft: () => Promise<number>;
  repay: (partner: string, reference: string, repayments: Repayments) => Promise<void>;
  /** The partner gives up what is left of a loan. */
  writeOff: (partner: string, reference: string) => Promise<void>;
  contracts: (partner: string) => Promise<SandboxContract[]>;
  /** Fills in the form of an e-contract page. */
  sign: (signUrl: string, decision?: 'sign' | 'decline') => Promise<void>;
  stop: () => Promise<void>;
};

/** The real partners' sandbox as a process of its own, calling back to `callbackUrl`. */
export async function startSandbox(callbackUrl: string): Promise<Sandbox> {
  const [port, healthPort] = (await freePorts(2)) as [number, number];
  const databaseUri = freshDatabase('sandbox');
  const url = `http://127.0.0.1:${port}`;
  const running = await startServiceProcess('fintech-sandbox', {
    PORT: String(port),
    HEALTH_PORT: String(healthPort),
    MONGODB_URI: databaseUri,
    PUBLIC_URL: url,
    AMANAH_CALLBACK_URL: `${callbackUrl}/callbacks/amanah`,
    LUMBUNG_CALLBACK_URL: `${callbackUrl}/callbacks/lumbung`,
    ADMIN_TOKEN,
    DISBURSE_AFTER_MS: '20',
    CALLBACK_RETRY_BASE_MS: '50',
    ...CREDENTIALS,
  });

  const admin = (method: string, path: string, body?: object) =>
    expectOk(method, `${url}/admin${path}`, { token: ADMIN_TOKEN, body });

  return {
    url,
    fault: async (partner, fault) => void (await admin('POST', '/faults', { partner, ...fault })),
    clearFaults: async () => void (await admin('DELETE', '/faults')),
    faultsLeft: async () => {
      const { faults }: { faults: { times: number; served: number }[] } = await admin('GET', '/faults');
      return faults.reduce((sum, { times, served }) => sum + times - served, 0);
    },
    repay: async (partner, reference, repayments) =>
      void (await admin('POST', '/repayments', { partner, reference, ...repayments })),
    writeOff: async (partner, reference) => void (await admin('POST', '/write-offs', { partner, reference })),
    contracts: async (partner) => (await admin('GET', `/contracts?partner=${partner}&limit=200`)).contracts,
    sign: async (signUrl, decision = 'sign') => {
      const form = decision === 'sign' ? { decision, name: 'Ibu Ratna', agree: 'yes' } : { decision };
      const { status } = await call('POST', signUrl, { form: new URLSearchParams(form) });
      if (status !== 303) throw new Error(`the e-contract answered ${status}`);
    },
    stop: async () => {
      await running.stop();
      await removeDatabase(databaseUri);
    },
  };
}
