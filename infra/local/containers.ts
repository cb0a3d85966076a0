import { randomBytes } from 'node:crypto';
import { type ChildProcess, startChild } from '@ksbb/testkit';
import { mustRun, run } from './programs.ts';
import { withProgress, type Log } from './progress.ts';

export type Container = {
  start(): ChildProcess;
  /** Runs a command of the engine on the container: `exec`, say, with what follows the container's name. */
  command(name: string, ...args: string[]): Promise<string>;
  remove(): Promise<void>;
};

/**
 * A container with ports of its own on loopback only; its image is fetched where it is not there.
 * @param ports by the port inside the container, the port outside
 */
export async function createContainer(
  engine: string,
  image: string,
  ports: Record<number, number>,
  log: Log,
): Promise<Container> {
  if ((await run(engine, ['image', 'inspect', image])).code !== 0)
    await withProgress(log, `fetching ${image}`, () => mustRun(engine, ['pull', '--quiet', image]));
  const name = `ksbb-${image.replace(/\W+/g, '-')}-${randomBytes(4).toString('hex')}`;
  const published = Object.entries(ports).flatMap(([inside, outside]) => ['-p', `127.0.0.1:${outside}:${inside}`]);
  await mustRun(engine, ['create', '--name', name, ...published, image]);
  return {
    start: () => startChild({ name: image, command: engine, args: ['start', '--attach', name], env: process.env }),
    command: (command, ...args) => mustRun(engine, [command, name, ...args]),
    remove: async () => void (await run(engine, ['rm', '--force', '--volumes', name])),
  };
}
