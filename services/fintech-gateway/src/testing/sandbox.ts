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

export type Sandbox = Awaited<ReturnType<typeof startSandbox>>;

/** The real partners' sandbox as a process of its own, calling back to `callbackUrl`. */
export async function startSandbox(callbackUrl: string) {
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
    /** Makes the next calls of a route fail. */
    fault: async (partner: string, fault: Fault): Promise<void> =>
      void (await admin('POST', '/faults', { partner, ...fault })),
    clearFaults: async (): Promise<void> => void (await admin('DELETE', '/faults')),
    faultsLeft: async (): Promise<number> => {
      const { faults }: { faults: { times: number; served: number }[] } = await admin('GET', '/faults');
      return faults.reduce((sum, { times, served }) => sum + times - served, 0);
    },
    repay: async (partner: string, reference: string, repayments: Repayments): Promise<void> =>
      void (await admin('POST', '/repayments', { partner, reference, ...repayments })),
    /** The partner writes off what is left of a loan. */
    writeOff: async (partner: string, reference: string): Promise<void> =>
      void (await admin('POST', '/write-offs', { partner, reference })),
    contracts: async (partner: string): Promise<SandboxContract[]> =>
      (await admin('GET', `/contracts?partner=${partner}&limit=200`)).contracts,
    /** Fills in the form of an e-contract page. */
    sign: async (signUrl: string, decision: 'sign' | 'decline' = 'sign'): Promise<void> => {
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
