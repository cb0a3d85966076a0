import { join } from 'node:path';
import { eventually, type Supervised } from '@ksbb/testkit';
import { ROOT } from '../../../infra/local/run-directory.ts';
import { startServiceProcesses } from '../../../infra/local/service-processes.ts';
import { SERVICE_NAMES, type ServiceName } from '../../../infra/local/services.ts';
import { type ChaosEnvironment, LONGEST_PAUSE_MS, portForEach } from './environment.ts';
import { isReady } from './health.ts';

const STOP_GRACE_MS = 15_000;

export type SecondReplicas = Awaited<ReturnType<typeof startSecondReplicas>>;

/** One more process of every service, on the same database and the same queues, behind the balancer of its service. */
export async function startSecondReplicas(environment: ChaosEnvironment) {
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
  const untilReady = (service: ServiceName) =>
    eventually(`the second ${service} is ready`, () => isReady(`http://127.0.0.1:${healthPorts[service]}`));

  await Promise.all(SERVICE_NAMES.map(untilReady));
  for (const service of SERVICE_NAMES) balancers[service].direct(environment.ports[service], ports[service]);
  return {
    kill: (service: ServiceName, signal: NodeJS.Signals) => (processes.get(service) as Supervised).kill(signal),
    untilReady,
    /** How often the second replicas ended, for whatever reason. */
    restarts: () => [...processes.values()].reduce((sum, { restarts }) => sum + restarts, 0),
    stop: async () => {
      for (const service of SERVICE_NAMES) balancers[service].direct(environment.ports[service]);
      await Promise.all([...processes.values()].map((one) => one.stop(STOP_GRACE_MS)));
    },
  };
}
