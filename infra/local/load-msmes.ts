import { describeEnding, startChild } from '@ksbb/testkit';
import type { Command } from './command.ts';
import type { Platform } from './platform.ts';
import { ROOT } from './run-directory.ts';

type Options = {
  /** Ends the job when the command ends. */
  defer?: Command['defer'];
  /** Gets the lines of the job's progress. */
  onLine?: (line: string) => void;
};

const SCRIPT = 'services/msme-registry/src/load-data.ts';

/** Lists the real places and `msmes` generated MSMEs by the registry's own job. @throws where the job fails */
export async function loadMsmes(platform: Platform, msmes: number, { defer, onLine }: Options = {}): Promise<void> {
  const job = startChild({
    name: 'load-data',
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', SCRIPT, '--msmes', String(msmes)],
    env: platform.environment('msme-registry'),
    cwd: ROOT,
    ...(onLine === undefined ? {} : { onLine }),
  });
  defer?.(async () => void (await job.kill()));
  const ending = await job.ended;
  if (ending.code === 0) return;
  throw new Error(`loading the data failed (${describeEnding(ending)}):\n${job.lastLines()}`);
}

/** The command that goes on with loading, to be run beside the platform. */
export function loadCommand(platform: Platform, msmes: number): string {
  const { MONGODB_URI, AMQP_URL } = platform.environment('msme-registry');
  return `MONGODB_URI=${MONGODB_URI} AMQP_URL=${AMQP_URL} node_modules/.bin/node ${SCRIPT} --msmes ${msmes}`;
}
