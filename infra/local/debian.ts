import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withFileLock } from './file-lock.mjs';
import { findProgram, run, type Output } from './programs.ts';
import { withProgress, type Log } from './progress.ts';

const LOCK = '/run/lock/ksbb-umkm-apt.lock';
const POLICY = '/usr/sbin/policy-rc.d';
const LOCK_TRIES = 60;
const BUSY = /Could not get lock|Unable to lock|is another process using it/;

/** True when this is a Debian-like system on which we may install packages. */
export function canInstall(): boolean {
  return process.getuid?.() === 0 && findProgram(['apt-get']) !== undefined;
}

/**
 * Installs one package of the distribution. A service that the package brings is not started: `serviceName` is
 * refused by a policy-rc.d of ours while the installation runs, one that was running before is left alone.
 */
export async function installPackage(name: string, serviceName: string | undefined, log: Log): Promise<void> {
  await withFileLock(
    LOCK,
    (pid) => log(`waiting for the installation of packages by process ${pid ?? '?'}`),
    () => withProgress(log, `installing ${name} from the distribution's packages`, () => install(name, serviceName)),
  );
}

async function install(name: string, serviceName: string | undefined): Promise<void> {
  await apt(['update', '-qq']);
  const removePolicy = serviceName === undefined ? () => undefined : refuseToStart(serviceName);
  try {
    await apt(['install', '-y', '-qq', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300', name]);
  } finally {
    removePolicy();
  }
}

async function apt(args: string[]): Promise<void> {
  let result: Output | undefined;
  for (let attempt = 0; attempt < LOCK_TRIES; attempt += 1) {
    result = await run('apt-get', args, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
    if (result.code === 0) return;
    // The lists' lock, unlike dpkg's, has no option to wait for it.
    if (!BUSY.test(result.stderr)) break;
    await sleep(2000);
  }
  throw new Error(`apt-get ${args[0]} failed:\n${result?.stderr.trim()}`);
}

/**
 * An existing policy is the administrator's and stays in force. Ours refuses one service and lets all others
 * through, and lets everything through once this process is gone, so one left behind by a crash does no harm.
 */
function refuseToStart(serviceName: string): () => void {
  const policy = `#!/bin/sh
kill -0 ${process.pid} 2>/dev/null || exit 0
[ "$1" = ${serviceName} ] && exit 101
exit 0
`;
  try {
    writeFileSync(POLICY, policy, { flag: 'wx', mode: 0o755 });
    return () => rmSync(POLICY, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return () => undefined;
    throw error;
  }
}

/** Folders that Debian's packages use and that are not on everybody's PATH. */
export const DEBIAN_RABBITMQ_FOLDER = join('/usr/lib/rabbitmq', 'bin');
