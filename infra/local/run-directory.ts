import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './file-lock.mjs';

/** The root of the repository. */
export const ROOT = join(import.meta.dirname, '../..');

const RUNS = join(ROOT, '.run');

/**
 * A new directory `.run/<purpose>-<pid>-<random>`. Those of processes that are gone, which a crash left, are removed.
 */
export function makeRunDirectory(purpose: string): string {
  mkdirSync(RUNS, { recursive: true });
  for (const name of readdirSync(RUNS)) {
    const pid = /^[a-z]+-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(RUNS, name), { recursive: true, force: true });
  }
  return mkdtempSync(join(RUNS, `${purpose}-${process.pid}-`));
}
