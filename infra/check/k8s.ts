/**
 * `npm run check:k8s`: builds every overlay and holds it against the strict schemas of Kubernetes and of the custom
 * resources, against kube-score and against the practices of k8s/rules.ts; lints alerts, every Dockerfile and
 * docker-compose.yml. It needs no cluster. Its tools come by the Go module proxy, PyPI, npm and Debian, once per user.
 */
import { runStep, say, secondsSince } from './command.ts';
import { RULES } from './k8s/rules.ts';
import { bringTools, k8sSteps } from './k8s/steps.ts';

const log = (text: string) => say(`[check:k8s] ${text}`);
const started = performance.now();

try {
  const steps = k8sSteps(await bringTools(log), log);
  let failed = 0;
  for (const step of steps) failed += await runStep(step);
  say(`${RULES.length} rules, ${steps.length} steps, ${failed} faults; ${secondsSince(started)}`);
  process.exitCode = failed === 0 ? 0 : 1;
} catch (error) {
  log((error as Error).message);
  process.exitCode = 1;
}
