import { describeEnding, startChild } from '@ksbb/testkit';
import type { Command } from './command.ts';
import type { Platform } from './platform.ts';
import type { Log } from './progress.ts';
import { ROOT } from './run-directory.ts';

const SCRIPT = 'services/msme-registry/src/load-data.ts';

/**
 * Lists the real places and `msmes` generated MSMEs by the registry's own job.
 * @param onLine gets the lines of the job's progress
 * @param defer ends the job when the command ends
 * @throws where the job fails
 */
export async function loadMsmes(
  platform: Platform,
  msmes: number,
  onLine: Log = () => undefined,
  defer: Command['defer'] = () => undefined,
): Promise<void> {
  const job = startChild({
    name: 'load-data',
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', SCRIPT, '--msmes', String(msmes)],
    env: platform.environment('msme-registry'),
    cwd: ROOT,
    onLine,
  });
  defer(() => job.kill());
  const ending = await job.ended;
  if (ending.code === 0) return;
  throw new Error(`loading the data failed (${describeEnding(ending)}):\n${job.lastLines()}`);
}

/** The command that goes on with loading, to be run beside the platform. */
export function loadCommand(platform: Platform, msmes: number): string {
  const { MONGODB_URI, AMQP_URL } = platform.environment('msme-registry');
  return `MONGODB_URI=${MONGODB_URI} AMQP_URL=${AMQP_URL} node_modules/.bin/node ${SCRIPT} --msmes ${msmes}`;
}
