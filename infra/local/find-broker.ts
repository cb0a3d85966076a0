import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './file-lock.mjs';
import { ROOT } from './run-directory.ts';

/** Written by `npm start` while it runs. */
export const RUNNING_PLATFORM = join(ROOT, '.run/start.json');

function brokerOfRunningPlatform(file: string): string | undefined {
  try {
    const { pid, amqpUrl } = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; amqpUrl: string };
    return isAlive(pid) ? amqpUrl : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The broker that AMQP_URL names, else that of the platform that runs here.
 * @throws where there is neither, or AMQP_URL is no such address
 */
export function findBroker(environment: NodeJS.ProcessEnv, file: string = RUNNING_PLATFORM): string {
  const url = environment['AMQP_URL'] || brokerOfRunningPlatform(file);
  if (url === undefined)
    throw new Error('no broker: npm start runs nothing here, and AMQP_URL names none (an amqp:// or amqps:// address)');
  if (!/^amqps?:\/\/./.test(url)) throw new Error('AMQP_URL is not an amqp:// or amqps:// address');
  return url;
}
