import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { withFileLock } from './file-lock.mjs';
import { withProgress, type Log } from './progress.ts';

/** What is fetched or built once per user. */
export const CACHE = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'ksbb-umkm');

/** Makes `target` in the cache where it does not exist. Two commands at once do it one after the other. */
export async function makeOnce(target: string, what: string, log: Log, make: () => Promise<void>): Promise<void> {
  if (existsSync(target)) return;
  mkdirSync(CACHE, { recursive: true });
  await withFileLock(
    `${join(CACHE, what.replaceAll(/\W+/g, '-'))}.lock`,
    (pid) => log(`waiting for process ${pid ?? '?'}, which installs ${what}`),
    async () => {
      if (!existsSync(target)) await withProgress(log, `installing ${what}`, make);
    },
  );
}
