import { spawn } from 'node:child_process';
import { eventually } from '@ksbb/testkit';
import { findProgram, run as runProgram } from '../../infra/local/programs.ts';

const LIMIT_MS = 300_000;
const PROGRAM = findProgram(['kubectl']) ?? 'kubectl';

export type Pod = {
  metadata: { name: string; uid: string; deletionTimestamp?: string };
  spec: { terminationGracePeriodSeconds?: number };
  status: {
    conditions?: { type: string; status: string }[];
    containerStatuses?: { restartCount: number; lastState?: { terminated?: { exitCode: number } } }[];
  };
};

/** Commands on one namespace of the cluster that KUBECONFIG names. */
export type Cluster = ReturnType<typeof openCluster>;

export const isReady = (pod: Pod) =>
  pod.metadata.deletionTimestamp === undefined &&
  (pod.status.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True');

/** How often containers of these pods were restarted. */
export const restartsOf = (pods: readonly Pod[]) =>
  pods.flatMap(({ status }) => status.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);

export function openCluster(namespace: string) {
  const run = (args: readonly string[], input = '') =>
    runProgram(PROGRAM, ['--namespace', namespace, ...args], { timeoutMs: LIMIT_MS, input });
  const must = async (args: readonly string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await run(args, input);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} failed: ${stderr.trim().slice(-2_000)}`);
    return stdout;
  };
  /** An object of the cluster, or a list of them. */
  const get = async <T>(...args: string[]) => JSON.parse(await must(['get', ...args, '--output', 'json'])) as T;
  const pods = async (service?: string): Promise<Pod[]> => {
    const selector = service === undefined ? [] : ['--selector', `app.kubernetes.io/name=${service}`];
    return (await get<{ items: Pod[] }>('pods', ...selector)).items;
  };
  return {
    namespace,
    run,
    must,
    get,
    apply: (manifest: string) => must(['apply', '--filename', '-'], manifest),
    pods,
    /** Any pod of the service. @throws where it has none */
    podOf: async (service: string): Promise<Pod> => {
      const [found] = await pods(service);
      if (found === undefined) throw new Error(`${service} has no pod`);
      return found;
    },
    /** Looks until `count` pods of the service are ready and no other is left. @throws after `waitMs` */
    untilReady: async (service: string, count: number, waitMs = 120_000): Promise<void> => {
      const look = async () => {
        const found = await pods(service);
        return found.length === count && found.every(isReady);
      };
      await eventually(`${count} pods of ${service} are ready`, look, waitMs);
    },
    /** Starts a command that goes on by itself; `stop` ends it and answers what it wrote. */
    watch: (args: readonly string[]): { stop: () => string } => {
      const child = spawn(PROGRAM, ['--namespace', namespace, ...args], {
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: LIMIT_MS,
      });
      let written = '';
      child.once('error', () => undefined);
      child.stdout.on('data', (chunk: Buffer) => (written += chunk.toString()));
      return {
        stop: () => {
          child.kill();
          return written;
        },
      };
    },
  };
}
