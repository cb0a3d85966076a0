/**
 * `node infra/images/smoke.ts [--tag TAG] [--only NAME]`: starts each service from its image, as the image's own user,
 * on the broker and database of KSBB_TEST_* (see packages/testkit/src/servers.ts), waits until it says that it is
 * ready, and ends it by SIGTERM.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { makeSecrets, SERVICE_NAMES, SERVICES, type ServiceName } from '../local/services.ts';
import {
  freePort,
  freshDatabase,
  freshVhost,
  removeDatabase,
  removeVhost,
  startChild,
  untilServiceReady,
} from '@ksbb/testkit';
import { type Engine, engineRun, findEngine } from './engine.ts';

const STOP_MS = 20_000;

const { values: options } = parseArgs({
  options: { tag: { type: 'string', default: 'dev' }, only: { type: 'string', multiple: true } },
});
const say = (text: string) => void process.stdout.write(`[smoke] ${text}\n`);

/** The settings of one service; the others are said to be where nothing listens. */
function environmentOf(
  name: ServiceName,
  servers: { amqpUrl: string; mongodbUri: string; port: number; healthPort: number },
): Record<string, string> {
  const urls = Object.fromEntries(SERVICE_NAMES.map((other) => [other, 'http://127.0.0.1:9'])) as Record<
    ServiceName,
    string
  >;
  const { usesBroker, usesDatabase, settings } = SERVICES[name];
  return {
    PORT: String(servers.port),
    HEALTH_PORT: String(servers.healthPort),
    ...(usesBroker ? { AMQP_URL: servers.amqpUrl } : {}),
    ...(usesDatabase ? { MONGODB_URI: servers.mongodbUri } : {}),
    ...settings({ urls, secrets: makeSecrets() }),
  };
}

/** The arguments that run the image, on the network of this machine, and what has to be undone afterwards. */
async function runArguments(
  engine: Engine,
  image: string,
  env: string[],
): Promise<{ args: string[]; undo: () => Promise<unknown> }> {
  if (engine.name !== 'buildah') {
    return {
      args: ['run', '--rm', '--init', '--network', 'host', '--read-only', '--cap-drop', 'ALL', ...env, image],
      undo: async () => undefined,
    };
  }
  const { OCIv1 } = JSON.parse(await engineRun(engine, ['inspect', '--type', 'image', image])) as {
    OCIv1: { config: { Cmd: string[] } };
  };
  const container = await engineRun(engine, ['from', '--pull-never', image]);
  return {
    args: ['run', ...env, container, '--', ...OCIv1.config.Cmd],
    undo: () => engineRun(engine, ['rm', container]),
  };
}

/** The process that a chain of processes ends in: under buildah, which hands no signal on, the service itself. */
function lastOf(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const children = threads.flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  );
  return children[0] === undefined ? pid : lastOf(Number(children[0]));
}

/** Runs one service to readiness and back. @returns its exit code after SIGTERM */
async function tryImage(engine: Engine, name: ServiceName): Promise<number | undefined> {
  const servers = {
    amqpUrl: await freshVhost(),
    mongodbUri: freshDatabase(name),
    port: await freePort(),
    healthPort: await freePort(),
  };
  const env = Object.entries(environmentOf(name, servers)).flatMap(([key, value]) => ['--env', `${key}=${value}`]);
  const { args, undo } = await runArguments(engine, `ksbb/${name}:${options.tag}`, env);
  const child = startChild({ name, command: engine.path, args, env: engine.env });
  try {
    await untilServiceReady(name, child, String(servers.healthPort));
    say(`${name}: ready`);
    process.kill(engine.name === 'buildah' ? lastOf(child.pid) : child.pid, 'SIGTERM');
    await Promise.race([child.ended, sleep(STOP_MS)]);
    return (await child.kill()).code;
  } catch (error) {
    say(child.lastLines());
    throw error;
  } finally {
    await child.kill();
    await undo();
    await removeVhost(servers.amqpUrl);
    await removeDatabase(servers.mongodbUri);
  }
}

const engine = await findEngine();
const names = SERVICE_NAMES.filter((name) => options.only?.includes(name) ?? true);
for (const name of names) {
  const started = performance.now();
  try {
    const code = await tryImage(engine, name);
    say(`${name}: ended with ${code} after SIGTERM, ${((performance.now() - started) / 1000).toFixed(1)} s`);
    if (code !== 0) process.exitCode = 1;
  } catch (error) {
    say(`${name}: FAILED, ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
