import { randomBytes } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ChildProcess, freePorts, guessManagementUrl, startChild } from '@ksbb/testkit';
import { createContainer } from './containers.ts';
import { findOrInstall } from './debian.ts';
import { containerEngine, findProgram, mustRun } from './programs.ts';
import type { Log } from './progress.ts';
import { MEMORY_LIMIT, rabbitEnvironment, writeRabbitFiles, type RabbitPorts } from './rabbitmq-files.ts';
import { untilRabbitAnswers } from './ready.ts';
import { notOurs, type Rabbit } from './servers.ts';

type RabbitOptions = {
  /** A directory of the caller's; the broker makes and removes `rabbitmq` in it. */
  dir: string;
  log: Log;
};

/** A broker of ours, as a program or in a container. */
type OwnRabbit = {
  ports: Pick<RabbitPorts, 'amqp' | 'management'>;
  start(): ChildProcess;
  halt(): Promise<unknown>;
  rabbitmqctl(...args: string[]): Promise<unknown>;
  stop(): Promise<unknown>;
};

const CTL_TIMEOUT_MS = 30_000;
const IMAGE = 'rabbitmq:4-management';
const DEBIAN_FOLDER = '/usr/lib/rabbitmq/bin';
const SERVER = {
  variable: 'RABBITMQ_SERVER',
  names: ['rabbitmq-server'],
  folders: [DEBIAN_FOLDER],
  debianPackage: 'rabbitmq-server',
  service: 'rabbitmq-server',
};

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
  const program = await findOrInstall(SERVER, log);
  if (program !== undefined) return startOwn(await prepareProgram(program, join(dir, 'rabbitmq')));
  const engine = await containerEngine();
  if (engine !== undefined) return startOwn(await prepareContainer(engine, log));
  throw new Error(CHOICES);
}

async function useGiven(url: string, log: Log): Promise<Rabbit> {
  log('using the RabbitMQ named by AMQP_URL');
  const version = await untilRabbitAnswers(url);
  const managementUrl = process.env['AMQP_MANAGEMENT_URL'] ?? guessManagementUrl(url);
  return {
    url,
    version,
    managementUrl,
    halt: notOurs,
    resume: notOurs,
    memoryAlarm: notOurs,
    stop: async () => undefined,
  };
}

async function startOwn({ ports, start, halt, rabbitmqctl, stop }: OwnRabbit): Promise<Rabbit> {
  const url = `amqp://guest:guest@127.0.0.1:${ports.amqp}`;
  const managementUrl = `http://guest:guest@127.0.0.1:${ports.management}`;
  const resume = () => untilRabbitAnswers(url, { process: start(), managementUrl });
  const version = await resume();
  const memoryAlarm = (on: boolean) =>
    rabbitmqctl('set_vm_memory_high_watermark', 'absolute', on ? '1MB' : MEMORY_LIMIT);
  return { url, version, managementUrl, halt, resume, memoryAlarm, stop };
}

async function prepareContainer(engine: string, log: Log): Promise<OwnRabbit> {
  const [amqp = 0, management = 0] = await freePorts(2);
  const { start, command, remove } = await createContainer(engine, IMAGE, { 5672: amqp, 15672: management }, log);
  return {
    ports: { amqp, management },
    start,
    halt: () => command('stop'),
    rabbitmqctl: (...args) => command('exec', 'rabbitmqctl', ...args),
    stop: remove,
  };
}

async function prepareProgram(program: string, dir: string): Promise<OwnRabbit> {
  const [amqp = 0, management = 0, prometheus = 0, distribution = 0, epmdPort = 0] = await freePorts(5);
  const ports = { amqp, management, prometheus, distribution, epmd: epmdPort };
  writeRabbitFiles(dir, ports);
  const env = rabbitEnvironment(dir, ports, `ksbb-${randomBytes(6).toString('hex')}@localhost`);
  const epmd = startEpmd(program, dir, ports, env);
  let server: ChildProcess | undefined;
  return {
    ports,
    start: () => (server = startChild({ name: 'rabbitmq-server', command: program, args: [], env, cwd: dir })),
    halt: async () => server?.stop(),
    rabbitmqctl: (...args) => {
      const command = findProgram(['rabbitmqctl'], [dirname(program), DEBIAN_FOLDER]);
      if (command === undefined) throw new Error('rabbitmq-server is here but rabbitmqctl is not');
      return mustRun(command, args, { env, timeoutMs: CTL_TIMEOUT_MS });
    },
    // An orderly stop takes 6 s and would save data that is removed next.
    stop: async () => {
      await Promise.all([server?.kill(), epmd.kill()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
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
