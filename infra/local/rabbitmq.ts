import { randomBytes } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type ChildProcess,
  freePorts,
  guessManagementUrl,
  pingManagement,
  startChild,
  untilStarted,
} from '@ksbb/testkit';
import { connect } from 'amqplib';
import { createContainer } from './containers.ts';
import { findOrInstall } from './debian.ts';
import { containerEngine, findProgram, mustRun } from './programs.ts';
import type { Log } from './progress.ts';
import { MEMORY_LIMIT, rabbitEnvironment, writeRabbitFiles, type RabbitPorts } from './rabbitmq-files.ts';
import { notOurs, type Rabbit } from './servers.ts';

/** A broker of ours, as a program or in a container. */
type OwnRabbit = {
  ports: Pick<RabbitPorts, 'amqp' | 'management'>;
  start(): ChildProcess;
  halt(): Promise<unknown>;
  rabbitmqctl(...args: string[]): Promise<unknown>;
  stop(): Promise<unknown>;
};

const START_MS = 180_000;
const CTL_MS = 30_000;
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
 * root; a container engine. A broker named by AMQP_URL is used and never stopped.
 * @param dir a directory of the caller's; the broker makes and removes `rabbitmq` in it
 * @throws with the choices when there is none
 */
export async function startRabbit(dir: string, log: Log): Promise<Rabbit> {
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
  const version = await connectedVersion(url);
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

/** Connects as a client does. Answers the version of the broker. */
async function connectedVersion(url: string): Promise<string> {
  const connection = await connect(url, { timeout: 5000 });
  const { version } = connection.connection.serverProperties;
  await connection.close();
  return String(version);
}

async function startOwn({ ports, start, halt, rabbitmqctl, stop }: OwnRabbit): Promise<Rabbit> {
  const url = `amqp://guest:guest@127.0.0.1:${ports.amqp}`;
  const managementUrl = `http://guest:guest@127.0.0.1:${ports.management}`;
  const answers = async () => {
    await pingManagement(managementUrl);
    return connectedVersion(url);
  };
  const resume = () => untilStarted('RabbitMQ', start(), answers, START_MS);
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
  const [amqp = 0, management = 0, distribution = 0, epmdPort = 0] = await freePorts(4);
  const ports = { amqp, management, distribution, epmd: epmdPort };
  writeRabbitFiles(dir, ports);
  const env = rabbitEnvironment(dir, ports, `ksbb-${randomBytes(6).toString('hex')}@localhost`);
  // Erlang's port mapper, on a port of our own: a broker would start the machine's shared one as a daemon that stays.
  const epmdArgs = ['-port', String(epmdPort), '-address', '127.0.0.1'];
  const epmd = startChild({ name: 'epmd', command: besideServer('epmd', program), args: epmdArgs, env, cwd: dir });
  let server: ChildProcess | undefined;
  return {
    ports,
    start: () => (server = startChild({ name: 'rabbitmq-server', command: program, args: [], env, cwd: dir })),
    halt: async () => server?.stop(),
    rabbitmqctl: (...args) => mustRun(besideServer('rabbitmqctl', program), args, { env, timeoutMs: CTL_MS }),
    // An orderly stop takes 6 s and would save data that is removed next.
    stop: async () => {
      await Promise.all([server?.kill(), epmd.kill()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** @throws when a program that comes with RabbitMQ and Erlang is not there */
function besideServer(name: string, program: string): string {
  const erl = findProgram(['erl']);
  const erlang = erl === undefined ? [] : [dirname(realpathSync(erl))];
  const found = findProgram([name], [dirname(program), DEBIAN_FOLDER, ...erlang]);
  if (found === undefined) throw new Error(`rabbitmq-server is here but ${name} is not`);
  return found;
}
