/**
 * `npm run e2e:k8s [-- --json] [-- --keep]`: the platform on the cluster that KUBECONFIG names, from the images to the
 * end of its namespace: the donation, a rolling restart and a drain under load, pods that are killed, and bad input.
 * `KSBB_IMAGE_LOADER` is a command that gets the names of the images and puts them onto the node, such as `kind load
 * docker-image`; `KSBB_BASE_IMAGE` what they are built on. Node ports 30080, 30090 and 30672 have to be reachable as
 * localhost.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { createPlatformClient, seededRandom } from '@ksbb/testkit';
import { checksTable, createChecks, type Environment, runDonation } from '@ksbb/testkit/donation';
import { type Command, runCommand } from '../../infra/local/command.ts';
import { mustRun } from '../../infra/local/programs.ts';
import { withProgress } from '../../infra/local/progress.ts';
import { ROOT } from '../../infra/local/run-directory.ts';
import { SERVICE_NAMES } from '../../infra/local/services.ts';
import { BACKING_IMAGES, IMAGES } from '../../infra/images/images.ts';
import { findNeeds } from '../chaos/load/needs.ts';
import { loseTheDatabase, startWithoutBroker, tryBadInput } from './bad-input.ts';
import { clusterEnvironment } from './environment.ts';
import { endWithRequestsInFlight } from './in-flight.ts';
import { type Cluster, openCluster } from './kubectl.ts';
import { openNodeKiller } from './node-killer.ts';
import { drainServices, killOneOfEach, REPLICAS, restartEvery, underLoad, untilAllReady } from './rolling.ts';
import { kustomize } from '../../infra/check/tools.ts';

const NAMESPACE = 'ksbb';
const OVERLAY = 'k8s/overlays/local';
const STRANGER = 54_321;
const KILL = 'kill';
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

/** Builds the images, and puts them onto the node. */
async function bringImages(): Promise<void> {
  const build = spawn(process.execPath, ['infra/images/build.ts', '--backing'], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = await once(build, 'exit');
  if (code !== 0) throw new Error(`building the images ended with exit code ${code}`);
  const [command, ...args] = process.env['KSBB_IMAGE_LOADER']?.split(' ').filter(Boolean) ?? [];
  if (command === undefined) return say('KSBB_IMAGE_LOADER is not set: the node is taken to have the images');
  await withProgress(log, `loading ${TAGS.length} images onto the node`, () =>
    mustRun(command, [...args, ...TAGS], { cwd: ROOT }),
  );
}

async function apply(cluster: Cluster): Promise<void> {
  const built = await mustRun(await kustomize(log), ['build', OVERLAY], { cwd: ROOT });
  const applied = performance.now();
  // As a user that no image knows, to which nothing in it belongs.
  await cluster.apply(built.replaceAll(/(runAsUser|runAsGroup|fsGroup): 10001$/gm, `$1: ${STRANGER}`));
  await withProgress(log, 'waiting until every pod is Ready', async () => {
    for (const kind of ['statefulset/rabbitmq', 'statefulset/mongodb'])
      await cluster.must(['rollout', 'status', kind, '--timeout=180s']);
    await untilAllReady(cluster, 240_000);
  });
  report['secondsFromApplyToReady'] = Math.round((performance.now() - applied) / 100) / 10;
  await cluster.must(['wait', '--for=condition=complete', '--timeout=180s', 'job/topology', 'job/load-data']);
}

async function scaleGateway(cluster: Cluster, replicas: number): Promise<void> {
  await cluster.must(['scale', 'deployment/fintech-gateway', `--replicas=${replicas}`]);
  await cluster.untilReady('fintech-gateway', replicas);
}

/** Does work under load, and checks its effects. Requests may fail only where pods are killed. */
async function checkUnderLoad<T>(phase: string, environment: Environment, work: () => Promise<T>): Promise<T> {
  const { result, tally, effects } = await underLoad(environment, say, work);
  checks.equal(`${phase}: effects lost, doubled`, [0, 0], [effects.lost, effects.doubled]);
  checks.equal(`${phase}: dead letters`, 0, effects.deadLetters);
  const failed = [tally.failed, effects.failedCallbacks];
  if (phase !== KILL) checks.equal(`${phase}: requests that failed, callbacks that failed`, [0, 0], failed);
  report[phase] = { ...tally, collaborations: undefined, loans: undefined, effects };
  return result;
}

function checkBadInput(what: string, held: boolean): void {
  say(`${held ? 'ok  ' : 'FAIL'} ${what}`);
  checks.equal(`bad input: ${what}`, true, held);
}

async function main(command: Command): Promise<number> {
  const cluster = openCluster(NAMESPACE);
  if ((await cluster.run(['get', 'namespace', NAMESPACE])).code === 0)
    throw new Error(
      `there is a namespace ${NAMESPACE} already, and this would remove it. Remove it yourself if you do not need it`,
    );
  step('Images');
  await bringImages();
  const removeNamespace = async () =>
    void (await cluster.must(['delete', 'namespace', NAMESPACE, '--ignore-not-found']));
  if (!keep) command.defer(() => withProgress(log, `removing the namespace ${NAMESPACE}`, removeNamespace));

  step(`Apply ${OVERLAY}`);
  // Without Pod Security, which the overlay has to bring.
  await cluster.must(['create', 'namespace', NAMESPACE]);
  await apply(cluster);
  const killer = await openNodeKiller('ksbb/topology:dev');
  command.defer(killer.remove);
  const environment = await clusterEnvironment(cluster, killer);
  const client = createPlatformClient(environment);

  // The scenario watches the circuit breaker of one process.
  await scaleGateway(cluster, 1);
  await runDonation(environment, { say, step, checks });
  await scaleGateway(cluster, REPLICAS);

  step('Every service is restarted under load, one after the other');
  await checkUnderLoad('rolling restart', environment, () => restartEvery(cluster, say));

  step('Every pod is evicted under load, as a drain of the node does');
  const drained = await checkUnderLoad('drain', environment, () => drainServices(cluster));
  say(
    `${drained.evicted} pods evicted, ${drained.refused} evictions refused by a budget; ` +
      `never fewer than ${drained.leastReady} ready pods of a service`,
  );
  report['evictions'] = drained;
  checks.equal('drain: pods evicted', SERVICE_NAMES.length * REPLICAS, drained.evicted);
  const hadBudgets = drained.refused >= SERVICE_NAMES.length && drained.leastReady >= 1;
  checks.equal('drain: budgets refused the second pod of a service', true, hadBudgets);

  step('A pod of every service is killed under load');
  const restarted = await checkUnderLoad(KILL, environment, () => killOneOfEach(cluster, killer, say));
  checks.equal('kill: containers that were killed and came back', SERVICE_NAMES.length, restarted);

  step('SIGTERM with requests in flight');
  const need = (await findNeeds(client)).take('goods', 1, seededRandom(1));
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
  await tryBadInput(cluster, checkBadInput);
  checkBadInput('a pod waits for a broker that is not there, and says so', await startWithoutBroker(cluster, say));
  checkBadInput('all recover from a lost database without a restart', await loseTheDatabase(cluster, say));
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
