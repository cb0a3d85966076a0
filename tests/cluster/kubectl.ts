import { spawn } from 'node:child_process';
import { eventually } from '@ksbb/testkit';
import { findProgram } from '../../infra/local/programs.ts';

const LIMIT_MS = 300_000;

export type Result = { code: number; stdout: string; stderr: string };

export type Pod = {
  metadata: { name: string; uid: string; deletionTimestamp?: string; labels?: Record<string, string> };
  spec: { terminationGracePeriodSeconds?: number };
  status: {
    phase?: string;
    conditions?: { type: string; status: string }[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
};

type ContainerStatus = {
  name: string;
  restartCount: number;
  state?: { waiting?: { reason?: string; message?: string }; terminated?: { exitCode: number; reason?: string } };
  lastState?: { terminated?: { exitCode: number; reason?: string } };
};

/** Commands on one namespace of the cluster that KUBECONFIG names. */
export type Cluster = ReturnType<typeof openCluster>;

const program = findProgram(['kubectl']) ?? 'there is no kubectl on the PATH';

function kubectl(args: readonly string[], input = ''): Promise<Result> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: LIMIT_MS });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.once('error', (error) => resolve({ code: 127, stdout, stderr: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

export const isReady = (pod: Pod) =>
  pod.metadata.deletionTimestamp === undefined &&
  (pod.status.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True');

/** How often containers of these pods were restarted. */
export const restartsOf = (pods: readonly Pod[]) =>
  pods.flatMap(({ status }) => status.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);

export function openCluster(namespace: string) {
  const run = (args: readonly string[], input?: string) => kubectl(['--namespace', namespace, ...args], input);
  const must = async (args: readonly string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await run(args, input);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} failed: ${stderr.trim().slice(-2_000)}`);
    return stdout;
  };
  const pods = async (service?: string): Promise<Pod[]> => {
    const selector = service === undefined ? [] : ['--selector', `app.kubernetes.io/name=${service}`];
    return (JSON.parse(await must(['get', 'pods', '--output', 'json', ...selector])) as { items: Pod[] }).items;
  };
  /** Looks until `count` pods of the service are ready and no other is left. @throws after `waitMs` */
  const untilReady = async (service: string, count: number, waitMs = 120_000): Promise<void> => {
    const look = async () => {
      const found = await pods(service);
      return found.length === count && found.every(isReady);
    };
    await eventually(`${count} pods of ${service} are ready`, look, waitMs);
  };
  /** Starts a command that goes on by itself; `stop` ends it and answers what it wrote. */
  const watch = (args: readonly string[]): { stop: () => string } => {
    const child = spawn(program, ['--namespace', namespace, ...args], {
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
  };
  return { namespace, run, must, pods, untilReady, watch };
}
