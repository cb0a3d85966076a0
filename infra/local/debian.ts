import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { eventually } from '@ksbb/testkit';
import { findProgram, run } from './programs.ts';
import { withProgress, type Log } from './progress.ts';

export type InstallableProgram = {
  /** The environment variable that may name the program. */
  variable: string;
  names: readonly string[];
  /** Where the package has programs that are not on everybody's PATH. */
  folders?: readonly string[];
  debianPackage: string;
  /** The service that the package brings. It is not started when we install the package. */
  service?: string;
};

const POLICY = '/usr/sbin/policy-rc.d';
const BUSY = /Could not get lock|Unable to lock|is another process using it/;
const BUSY_MS = 120_000;

/**
 * The program that the variable names; else the first of `names` that is here; else that of Debian's package, which is
 * installed when we run as root on Debian. Undefined when there is none.
 * @throws when the variable names something that is not a program, and when the installation fails
 */
export async function findOrInstall(wanted: InstallableProgram, log: Log): Promise<string | undefined> {
  const { variable, names, folders } = wanted;
  const given = process.env[variable] ?? '';
  if (given !== '') {
    const program = findProgram([resolve(given), given]);
    if (program === undefined) throw new Error(`${variable} names ${given}, which is not a program`);
    return program;
  }
  const found = findProgram(names, folders);
  if (found !== undefined || process.getuid?.() !== 0 || findProgram(['apt-get']) === undefined) return found;
  await withProgress(log, `installing ${wanted.debianPackage} from Debian's packages`, () => install(wanted));
  return findProgram(names, folders);
}

async function install({ debianPackage, service }: InstallableProgram): Promise<void> {
  await apt('update', '-qq');
  // An existing policy is the administrator's and stays in force.
  const refuses = service !== undefined && !existsSync(POLICY);
  if (refuses) writeFileSync(POLICY, policyAgainst(service), { mode: 0o755 });
  try {
    await apt('install', '-y', '-qq', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300', debianPackage);
  } finally {
    if (refuses) rmSync(POLICY, { force: true });
  }
}

/** The lock of the package lists, unlike that of dpkg, has no option to wait for it. */
async function apt(command: string, ...args: string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const isDone = async () => {
    const { code, stderr } = await run('apt-get', [command, ...args], { env });
    if (code !== 0 && !BUSY.test(stderr)) throw new Error(`apt-get ${command} failed:\n${stderr.trim()}`);
    return code === 0;
  };
  await eventually(`apt-get ${command} is not kept waiting by another process`, isDone, BUSY_MS);
}

/**
 * Refuses to start one service and lets all others through. It lets everything through once this process is gone, so one
 * that a crash leaves behind does no harm.
 */
const policyAgainst = (service: string) => `#!/bin/sh
kill -0 ${process.pid} 2>/dev/null || exit 0
[ "$1" = ${service} ] && exit 101
exit 0
`;
