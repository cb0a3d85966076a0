import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../../infra/local/run-directory.ts';
import { SUBSCRIBERS } from './broker-queues.ts';

/** The lines in which services say that handling an event failed, with the service before each. */
export async function failedHandlings(): Promise<string[]> {
  const logs = SUBSCRIBERS.map(async (service) => {
    const text = await readFile(join(ROOT, `.run/chaos-logs/${service}.log`), 'utf8');
    return text
      .split('\n')
      .filter((line) => line.includes('"handling an event failed"'))
      .map((line) => `${service} ${line}`);
  });
  return (await Promise.all(logs)).flat();
}
