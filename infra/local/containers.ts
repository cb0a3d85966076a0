import { randomBytes } from 'node:crypto';
import { addVhost, type ChildProcess, freePort, freePorts, startChild } from '@ksbb/testkit';
import { mustRun, run } from './programs.ts';
import { withProgress, type Log } from './progress.ts';
import { untilMongoAnswers, untilRabbitAnswers } from './ready.ts';
import type { MongoServer, Rabbit } from './servers.ts';

const RABBITMQ_IMAGE = 'rabbitmq:4-management';
const MONGODB_IMAGE = 'mongo:8';

type Container = {
  name: string;
  process: ChildProcess;
  remove(): Promise<void>;
};

/** RabbitMQ in a container, its ports on loopback only. */
export async function startRabbitContainer(engine: string, dir: string, log: Log): Promise<Rabbit> {
  const [amqp, management] = await freePorts(2);
  const ports = ['-p', `127.0.0.1:${amqp}:5672`, '-p', `127.0.0.1:${management}:15672`];
  const container = await startContainer(engine, RABBITMQ_IMAGE, ports, dir, log);
  const url = `amqp://guest:guest@127.0.0.1:${amqp}`;
  const managementUrl = `http://guest:guest@127.0.0.1:${management}`;
  const version = await untilRabbitAnswers(url, managementUrl, container.process);
  return {
    url,
    version,
    managementUrl,
    pid: container.process.pid,
    createVhost: (name) => addVhost(url, managementUrl, name),
    halt: () => mustRun(engine, ['stop', container.name]),
    resume: async () => {
      await mustRun(engine, ['start', container.name]);
      await untilRabbitAnswers(url, managementUrl, container.process);
    },
    memoryAlarm: (on) =>
      mustRun(engine, [
        'exec',
        container.name,
        'rabbitmqctl',
        'set_vm_memory_high_watermark',
        ...(on ? ['absolute', '1MB'] : ['0.4']),
      ]),
    stop: container.remove,
  };
}

/** MongoDB in a container, its port on loopback only. */
export async function startMongoContainer(engine: string, dir: string, log: Log): Promise<MongoServer> {
  const port = await freePort();
  const container = await startContainer(engine, MONGODB_IMAGE, ['-p', `127.0.0.1:${port}:27017`], dir, log);
  const url = `mongodb://127.0.0.1:${port}`;
  await untilMongoAnswers(url, container.process);
  return {
    url,
    pid: container.process.pid,
    freeze: () => mustRun(engine, ['pause', container.name]),
    thaw: () => mustRun(engine, ['unpause', container.name]),
    stop: container.remove,
  };
}

async function startContainer(
  engine: string,
  image: string,
  options: string[],
  dir: string,
  log: Log,
): Promise<Container> {
  if ((await run(engine, ['image', 'inspect', image])).code !== 0) {
    await withProgress(log, `fetching ${image}`, () => mustRun(engine, ['pull', '--quiet', image]));
  }
  const name = `ksbb-${image.replace(/\W+/g, '-')}-${randomBytes(4).toString('hex')}`;
  const process = startChild({
    name: image,
    command: engine,
    args: ['run', '--name', name, ...options, image],
    env: globalThis.process.env,
    cwd: dir,
  });
  const remove = async () => {
    await process.stop();
    await run(engine, ['rm', '--force', '--volumes', name]);
  };
  return { name, process, remove };
}
