/**
 * `npm run e2e:k8s [-- --json] [-- --keep]`: the platform on the cluster that KUBECONFIG names, from the images to the
 * end of its namespace: the donation, a rolling restart and a drain under load, pods that are killed, and bad input.
 * `KSBB_IMAGE_LOADER` is a command that gets the names of the images and puts them onto the node, such as `kind load
 * docker-image`; `KSBB_BASE_IMAGE` what they are built on. Node ports 30080, 30090 and 30672 have to be reachable as
 * localhost.
 */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { createPlatformClient } from '@ksbb/testkit';
import { checksTable, createChecks, runDonation } from '@ksbb/testkit/donation';
import { type Command, runCommand } from '../../infra/local/command.ts';
import { mustRun, run } from '../../infra/local/programs.ts';
import { withProgress } from '../../infra/local/progress.ts';
import { ROOT } from '../../infra/local/run-directory.ts';
import { SERVICE_NAMES } from '../../infra/local/services.ts';
import { BACKING_IMAGES, IMAGES } from '../../infra/images/images.ts';
import { loseTheDatabase, startWithoutBroker, tryBadInput } from './bad-input.ts';
import { clusterEnvironment } from './environment.ts';
import { endWithRequestsInFlight } from './in-flight.ts';
import { openCluster } from './kubectl.ts';
import { findSupply } from './load.ts';
import { openNodeKiller } from './node-killer.ts';
import { drainServices, type Effects, killOneOfEach, REPLICAS, restartEvery, underLoad } from './rolling.ts';
import { kustomize } from '../../infra/check/tools.ts';

const NAMESPACE = 'ksbb';
const OVERLAY = 'k8s/overlays/local';
const STRANGER = 54_321;
const TAGS = [...IMAGES, ...BACKING_IMAGES].map(({ name }) => `ksbb/${name}:dev`);

const { json, keep } = parseArgs({
  options: { json: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false } },
}).values;
const started = performance.now();
const checks = createChecks();
const report: Record<string, unknown> = {};

const print = (text: string) => void process.stdout.write(`${text}\n`);
const log = (text: string) => print(`[e2e] ${text}`);
const say = (text: string) => print(`   ${text}`);
const step = (title: string) => print(`\n== ${title}`);

/** Runs a program whose output is for the reader. @throws where it fails */
function inherit(command: string, args: string[]): Promise<void> {
  const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ${args[0]} ended with exit code ${code}`)),
    );
  });
}

async function bringImages(): Promise<void> {
  await inherit(process.execPath, ['infra/images/build.ts', '--backing']);
  const loader = process.env['KSBB_IMAGE_LOADER']?.split(' ').filter(Boolean) ?? [];
  const [command, ...args] = loader;
  if (command === undefined) return say('KSBB_IMAGE_LOADER is not set: the node is taken to have the images');
  await withProgress(log, `loading ${TAGS.length} images onto the node`, () =>
    mustRun(command, [...args, ...TAGS], { cwd: ROOT }),
  );
}

async function apply(cluster: ReturnType<typeof openCluster>): Promise<void> {
  const program = await kustomize(log);
  const child = await run(program, ['build', OVERLAY], { cwd: ROOT });
  if (child.code !== 0) throw new Error(`kustomize build ${OVERLAY} failed: ${child.stderr}`);
  const applied = performance.now();
  // As a user that no image knows, to which nothing in it belongs.
  const manifests = child.stdout.replaceAll(/(runAsUser|runAsGroup|fsGroup): 10001$/gm, `$1: ${STRANGER}`);
  await cluster.must(['apply', '--filename', '-'], manifests);
  await withProgress(log, 'waiting until every pod is Ready', async () => {
    for (const kind of ['statefulset/rabbitmq', 'statefulset/mongodb'])
      await cluster.must(['rollout', 'status', kind, '--timeout=180s']);
    for (const service of SERVICE_NAMES) await cluster.untilReady(service, REPLICAS, 240_000);
  });
  report['secondsFromApplyToReady'] = Math.round((performance.now() - applied) / 100) / 10;
  await cluster.must(['wait', '--for=condition=complete', '--timeout=180s', 'job/topology', 'job/load-data']);
}

function checkEffects(
  phase: string,
  { effects, tally }: { effects: Effects; tally: { failed: number } },
  mayFail: boolean,
): void {
  checks.equal(`${phase}: effects lost, doubled`, [0, 0], [effects.lost, effects.doubled]);
  checks.equal(`${phase}: dead letters`, 0, effects.deadLetters);
  if (!mayFail)
    checks.equal(
      `${phase}: requests that failed, callbacks that failed`,
      [0, 0],
      [tally.failed, effects.failedCallbacks],
    );
  report[phase] = { ...tally, collaborations: undefined, loans: undefined, effects };
}

async function main(command: Command): Promise<number> {
  const cluster = openCluster(NAMESPACE);
  if ((await cluster.run(['get', 'namespace', NAMESPACE])).code === 0)
    throw new Error(
      `there is a namespace ${NAMESPACE} already, and this would remove it. Remove it yourself if you do not need it`,
    );
  step('Images');
  await bringImages();
  const removeNamespace = () =>
    withProgress(
      log,
      `removing the namespace ${NAMESPACE}`,
      async () => void (await cluster.must(['delete', 'namespace', NAMESPACE, '--ignore-not-found'])),
    );
  if (!keep) command.defer(removeNamespace);

  step(`Apply ${OVERLAY}`);
  // Without Pod Security, which the overlay has to bring.
  await cluster.must(['create', 'namespace', NAMESPACE]);
  await apply(cluster);
  const killer = await openNodeKiller('ksbb/topology:dev');
  command.defer(killer.remove);
  const environment = await clusterEnvironment(cluster, killer);
  const client = createPlatformClient(environment);

  // The scenario watches the circuit breaker of one process.
  await cluster.must(['scale', 'deployment/fintech-gateway', '--replicas=1']);
  await cluster.untilReady('fintech-gateway', 1);
  await runDonation(environment, { say, step, checks });
  await cluster.must(['scale', 'deployment/fintech-gateway', `--replicas=${REPLICAS}`]);
  await cluster.untilReady('fintech-gateway', REPLICAS);

  step('Every service is restarted under load, one after the other');
  checkEffects('rolling restart', await underLoad(environment, say, () => restartEvery(cluster, say)), false);

  step('Every pod is evicted under load, as a drain of the node does');
  let drained = { evicted: 0, refused: 0, leastReady: 0 };
  checkEffects(
    'drain',
    await underLoad(environment, say, async () => void (drained = await drainServices(cluster))),
    false,
  );
  say(
    `${drained.evicted} pods evicted, ${drained.refused} evictions refused by a budget; ` +
      `never fewer than ${drained.leastReady} ready pods of a service`,
  );
  report['evictions'] = drained;
  checks.equal('drain: pods evicted', SERVICE_NAMES.length * REPLICAS, drained.evicted);
  checks.equal(
    'drain: budgets refused the second pod of a service',
    true,
    drained.refused >= SERVICE_NAMES.length && drained.leastReady >= 1,
  );

  step('A pod of every service is killed under load');
  let restarted = 0;
  checkEffects(
    'kill',
    await underLoad(environment, say, async () => void (restarted = await killOneOfEach(cluster, killer, say))),
    true,
  );
  checks.equal('kill: containers that were killed and came back', SERVICE_NAMES.length, restarted);

  step('SIGTERM with requests in flight');
  const [need] = (await findSupply(client)).masks;
  if (need === undefined) throw new Error('no MSME needs masks');
  const inFlight = await endWithRequestsInFlight(cluster, client, need);
  say(
    `${inFlight.answered} of ${inFlight.asked} requests in flight were answered; ` +
      `exit codes ${inFlight.exitCodes.join(', ')}; ` +
      `gone after ${inFlight.seconds.toFixed(1)} s of ${inFlight.graceSeconds} s`,
  );
  report['inFlight'] = inFlight;
  checks.equal('SIGTERM: requests in flight that were answered', inFlight.asked, inFlight.answered);
  checks.equal(
    'SIGTERM: ended well and inside the grace period',
    [[], true],
    [inFlight.exitCodes.filter((code) => code !== 0), inFlight.seconds < inFlight.graceSeconds],
  );

  step('Bad input');
  for (const [name, held] of Object.entries(await tryBadInput(cluster, say)))
    checks.equal(`bad input: ${name}`, true, held);
  checks.equal(
    'bad input: a pod waits for a broker that is not there, and says so',
    true,
    await startWithoutBroker(cluster, say),
  );
  checks.equal(
    'bad input: all recover from a lost database without a restart',
    true,
    await loseTheDatabase(cluster, say),
  );
  return checks.all.every(({ ok }) => ok) ? 0 : 1;
}

runCommand(main, {
  log,
  onExit: (code) => {
    const durationSeconds = Math.round((performance.now() - started) / 100) / 10;
    if (checks.all.length > 0) print(`\n${checksTable(checks.all)}\n`);
    log(`${code === 0 ? 'every check held' : 'not every check held'}; ${durationSeconds} s`);
    if (json) print(JSON.stringify({ ok: code === 0, durationSeconds, ...report, checks: checks.all }));
  },
});
