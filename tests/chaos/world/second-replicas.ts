import { join } from 'node:path';
import { eventually } from '@ksbb/testkit';
import { freePorts } from '@ksbb/testkit';
import { ROOT } from '../../../infra/local/run-directory.ts';
import { startServiceProcesses } from '../../../infra/local/service-processes.ts';
import { SERVICE_NAMES, SERVICES, type ServiceName } from '../../../infra/local/services.ts';
import type { Supervised } from '@ksbb/testkit';
import type { ChaosWorld } from './chaos-world.ts';

const STOP_GRACE_MS = 15_000;
const LONGEST_PAUSE_MS = 300;

export type SecondReplicas = {
  healthUrl: (service: ServiceName) => string;
  kill: (service: ServiceName, signal: NodeJS.Signals) => void;
  untilReady: (service: ServiceName) => Promise<void>;
  /** How often each ended, by whatever. */
  restarts: () => number;
  stop: () => Promise<void>;
};

/** One more process of every service, on the same database and the same queues, each behind the balancer of its service. */
export async function startSecondReplicas(world: ChaosWorld): Promise<SecondReplicas> {
  const [ports, healthPorts] = await Promise.all([freePorts(SERVICE_NAMES.length), freePorts(SERVICE_NAMES.length)]);
  const at = (list: number[], service: ServiceName) => list[SERVICE_NAMES.indexOf(service)] as number;
  const processes = startServiceProcesses(
    SERVICE_NAMES.map((name) => ({
      name,
      heapMb: SERVICES[name].heapMb,
      main: `services/${name}/src/main.ts`,
      env: {
        ...world.platform.environment(name),
        PORT: String(at(ports, name)),
        HEALTH_PORT: String(at(healthPorts, name)),
      },
      longestPauseMs: LONGEST_PAUSE_MS,
    })),
    { dir: join(ROOT, '.run/chaos-logs/second'), show: undefined, log: () => undefined },
  );
  const process = (service: ServiceName) => processes.get(service) as Supervised;
  const healthUrl = (service: ServiceName) => `http://127.0.0.1:${at(healthPorts, service)}`;
  const untilReady = (service: ServiceName) =>
    eventually(
      `the second ${service} is ready`,
      async () => (await fetch(`${healthUrl(service)}/healthz/ready`).catch(() => undefined))?.ok,
    ).then(() => undefined);

  await Promise.all(SERVICE_NAMES.map(untilReady));
  for (const service of SERVICE_NAMES) world.balancers[service].direct([world.ports[service], at(ports, service)]);
  return {
    healthUrl,
    kill: (service, signal) => process(service).kill(signal),
    untilReady,
    restarts: () => [...processes.values()].reduce((sum, { restarts }) => sum + restarts, 0),
    stop: async () => {
      for (const service of SERVICE_NAMES) world.balancers[service].direct([world.ports[service]]);
      await Promise.all([...processes.values()].map((one) => one.stop(STOP_GRACE_MS)));
    },
  };
}
