import { randomBytes } from 'node:crypto';
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { startRabbitContainer } from './containers.ts';
import { canInstall, DEBIAN_RABBITMQ_FOLDER, installPackage } from './debian.ts';
import { addVhost, type ChildProcess, freePorts, guessManagementUrl, startChild } from '@ksbb/testkit';
import { containerEngine, findProgram, mustRun } from './programs.ts';
import type { Log } from './progress.ts';
import { MEMORY_LIMIT, rabbitEnvironment, writeRabbitFiles, type RabbitPorts } from './rabbitmq-files.ts';
import { untilRabbitAnswers } from './ready.ts';
import type { Rabbit } from './servers.ts';

type RabbitOptions = {
  /** A directory of the caller's; the broker makes and removes `rabbitmq` in it. */
  dir: string;
  log: Log;
};

const CTL_TIMEOUT_MS = 30_000;

const CHOICES = `no RabbitMQ found. Choose one:
  - set AMQP_URL to a broker that runs (and AMQP_MANAGEMENT_URL if its management API is elsewhere than port 15672)
  - set RABBITMQ_SERVER to the rabbitmq-server to start, with its rabbitmqctl and epmd beside it
  - install rabbitmq-server, e.g. apt-get install rabbitmq-server (done by itself when run as root on Debian)
  - start a container engine, docker or podman`;

/**
 * Finds or starts a RabbitMQ: AMQP_URL; the program RABBITMQ_SERVER; rabbitmq-server on this machine, or installed when
 * root; a container engine. A broker named by AMQP_URL is used and never stopped. Throws with the choices when there is
 * none.
 */
export async function startRabbit({ dir, log }: RabbitOptions): Promise<Rabbit> {
  const given = process.env['AMQP_URL'];
  if (given !== undefined && given !== '') return useGiven(given, log);
  const home = join(dir, 'rabbitmq');
  mkdirSync(home, { recursive: true });
  const program = namedServer() ?? findServer() ?? (await installServer(log));
  if (program !== undefined) return startOwn(program, home);
  const engine = await containerEngine();
  if (engine !== undefined) return startRabbitContainer(engine, home, log);
  throw new Error(CHOICES);
}

function namedServer(): string | undefined {
  const named = process.env['RABBITMQ_SERVER'];
  if (named === undefined || named === '') return undefined;
  const program = findProgram([resolve(named)]);
  if (program === undefined) throw new Error(`RABBITMQ_SERVER names ${named}, which is not a program`);
  return program;
}

function findServer(): string | undefined {
  return findProgram(['rabbitmq-server'], [DEBIAN_RABBITMQ_FOLDER]);
}

async function installServer(log: Log): Promise<string | undefined> {
  if (!canInstall()) return undefined;
  await installPackage('rabbitmq-server', 'rabbitmq-server', log);
  return findServer();
}

async function useGiven(url: string, log: Log): Promise<Rabbit> {
  log(`using the RabbitMQ named by AMQP_URL`);
  const version = await untilRabbitAnswers(url, undefined, undefined);
  const managementUrl = process.env['AMQP_MANAGEMENT_URL'] ?? guessManagementUrl(url);
  const notOurs = async () => {
    throw new Error('this RabbitMQ was named by AMQP_URL; it is not ours to stop');
  };
  return {
    url,
    version,
    managementUrl,
    pid: undefined,
    createVhost: (name) => addVhost(url, managementUrl, name),
    halt: notOurs,
    resume: notOurs,
    memoryAlarm: notOurs,
    stop: async () => undefined,
  };
}

async function startOwn(program: string, dir: string): Promise<Rabbit> {
  const ports = await choosePorts();
  writeRabbitFiles(dir, ports);
  const env = rabbitEnvironment(dir, ports, `ksbb-${randomBytes(6).toString('hex')}@localhost`);
  const url = `amqp://guest:guest@127.0.0.1:${ports.amqp}`;
  const managementUrl = `http://guest:guest@127.0.0.1:${ports.management}`;
  const epmd = startEpmd(program, dir, ports, env);
  let version = '';
  const start = async () => {
    const started = startChild({ name: 'rabbitmq-server', command: program, args: [], env, cwd: dir });
    version = await untilRabbitAnswers(url, managementUrl, started);
    return started;
  };
  let server = await start();
  return {
    url,
    version,
    managementUrl,
    get pid() {
      return server.pid;
    },
    createVhost: (name) => addVhost(url, managementUrl, name),
    halt: async () => void (await server.stop()),
    resume: async () => {
      await server.kill();
      server = await start();
    },
    memoryAlarm: async (on) => {
      const command = findProgram(['rabbitmqctl'], [dirname(program), DEBIAN_RABBITMQ_FOLDER]);
      if (command === undefined) throw new Error('rabbitmq-server is here but rabbitmqctl is not');
      await mustRun(command, ['set_vm_memory_high_watermark', 'absolute', on ? '1MB' : MEMORY_LIMIT], {
        env,
        timeoutMs: CTL_TIMEOUT_MS,
      });
    },
    // An orderly stop takes 6 s and would save data that is removed next.
    stop: async () => {
      await Promise.all([server.kill(), epmd.kill()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function choosePorts(): Promise<RabbitPorts> {
  const [amqp = 0, management = 0, prometheus = 0, distribution = 0, epmd = 0] = await freePorts(5);
  return { amqp, management, prometheus, distribution, epmd };
}

/**
 * Erlang's port mapper, on a port of our own: a broker would start the machine's shared one as a daemon
 * that stays behind. It is beside the broker's program or beside `erl`.
 */
function startEpmd(program: string, dir: string, ports: RabbitPorts, env: NodeJS.ProcessEnv): ChildProcess {
  const erl = findProgram(['erl']);
  const command = findProgram(['epmd'], [dirname(program), ...(erl === undefined ? [] : [dirname(realpathSync(erl))])]);
  if (command === undefined) throw new Error('rabbitmq-server is here but epmd is not: Erlang is not wholly installed');
  const args = ['-port', String(ports.epmd), '-address', '127.0.0.1'];
  return startChild({ name: 'epmd', command, args, env, cwd: dir });
}
