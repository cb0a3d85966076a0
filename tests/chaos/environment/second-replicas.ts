import { join } from 'node:path';
import { eventually, type Supervised } from '@ksbb/testkit';
import { ROOT } from '../../../infra/local/run-directory.ts';
import { startServiceProcesses } from '../../../infra/local/service-processes.ts';
import { SERVICE_NAMES, type ServiceName } from '../../../infra/local/services.ts';
import { type ChaosEnvironment, portForEach } from './environment.ts';

const STOP_GRACE_MS = 15_000;
const LONGEST_PAUSE_MS = 300;

export type SecondReplicas = {
  healthUrl: (service: ServiceName) => string;
  kill: (service: ServiceName, signal: NodeJS.Signals) => void;
  untilReady: (service: ServiceName) => Promise<void>;
  /** How often the second replicas ended, for whatever reason. */
  restarts: () => number;
  stop: () => Promise<void>;
};

/** One more process of every service, on the same database and the same queues, behind the balancer of its service. */
export async function startSecondReplicas(environment: ChaosEnvironment): Promise<SecondReplicas> {
  const { platform, balancers } = environment;
  const [ports, healthPorts] = [await portForEach(), await portForEach()];
  const processes = startServiceProcesses(
    SERVICE_NAMES,
    (name) => ({
      ...platform.environment(name),
      PORT: String(ports[name]),
      HEALTH_PORT: String(healthPorts[name]),
    }),
    { logDir: join(ROOT, '.run/chaos-logs/second'), log: () => undefined, longestPauseMs: LONGEST_PAUSE_MS },
  );
  const process = (service: ServiceName) => processes.get(service) as Supervised;
  const healthUrl = (service: ServiceName) => `http://127.0.0.1:${healthPorts[service]}`;
  const untilReady = async (service: ServiceName) => {
    const ready = async () => (await fetch(`${healthUrl(service)}/healthz/ready`).catch(() => undefined))?.ok;
    await eventually(`the second ${service} is ready`, ready);
  };

  await Promise.all(SERVICE_NAMES.map(untilReady));
  for (const service of SERVICE_NAMES) balancers[service].direct([environment.ports[service], ports[service]]);
  return {
    healthUrl,
    kill: (service, signal) => process(service).kill(signal),
    untilReady,
    restarts: () => [...processes.values()].reduce((sum, { restarts }) => sum + restarts, 0),
    stop: async () => {
      for (const service of SERVICE_NAMES) balancers[service].direct([environment.ports[service]]);
      await Promise.all([...processes.values()].map((one) => one.stop(STOP_GRACE_MS)));
    },
  };
}
