/**
 * `npm run check:k8s`: builds every overlay and holds it against the strict schemas of Kubernetes and of the custom
 * resources, against kube-score and against the practices of k8s/rules.ts; lints alerts, every Dockerfile and
 * docker-compose.yml. It needs no cluster. Its tools come by the Go module proxy, PyPI, npm and Debian, once per user.
 */
import { RULES } from './k8s/rules.ts';
import { bringTools, k8sSteps } from './k8s/steps.ts';

const say = (text: string) => void process.stdout.write(`${text}\n`);
const log = (text: string) => say(`[check:k8s] ${text}`);

async function main(): Promise<number> {
  const started = performance.now();
  const steps = k8sSteps(await bringTools(log), log);
  let failed = 0;
  for (const { name, faults } of steps) {
    say(`== ${name}`);
    const found = await faults().catch((error: Error) => [`could not be checked: ${error.message}`]);
    for (const fault of found) say(fault);
    failed += found.length;
  }
  say(
    `${RULES.length} rules, ${steps.length} steps, ${failed} faults; ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
  return failed === 0 ? 0 : 1;
}

main().then(
  (code) => (process.exitCode = code),
  (error: Error) => {
    log(error.message);
    process.exitCode = 1;
  },
);
