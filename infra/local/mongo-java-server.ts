import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { withFileLock } from './file-lock.mjs';
import type { EmbeddedDatabase } from './memory.ts';
import { run } from './programs.ts';
import { withProgress, type Log } from './progress.ts';

const SOURCES = join(import.meta.dirname, 'mongo-java-server');

/**
 * The folder with the server's classes and libraries, pinned by our pom.xml. Fetched once per user and content; two
 * at once do it one after the other, and one that is interrupted leaves nothing half done.
 */
export async function fetchMongoJavaServer(maven: string, java: string, log: Log): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'ksbb-umkm');
  const target = join(cache, `mongo-java-server-${contentHash()}`);
  if (existsSync(target)) return target;
  mkdirSync(cache, { recursive: true });
  const waiting = (pid: number | undefined) =>
    log(`waiting for process ${pid ?? '?'}, which fetches the document database`);
  await withFileLock(`${target}.lock`, waiting, async () => {
    if (existsSync(target)) return;
    await withProgress(log, 'fetching the document database (mongo-java-server) from Maven Central', () =>
      build(maven, java, cache, target),
    );
  });
  return target;
}

const TIGHT = [
  '-Xms24m',
  '-Xmn16m',
  '-XX:MinHeapFreeRatio=10',
  '-XX:MaxHeapFreeRatio=20',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:ReservedCodeCacheSize=32m',
];
const ROOMY = ['-XX:+UseG1GC', '-XX:G1PeriodicGCInterval=0', '-XX:ReservedCodeCacheSize=64m'];

/**
 * Arguments for java, up to those of the server itself. A tight heap follows the data closely. The other is taken at
 * once.
 */
export function javaArguments(folder: string, { heapMb, tight }: EmbeddedDatabase): string[] {
  return [
    `-Xmx${heapMb}m`,
    ...(tight ? TIGHT : [`-Xms${heapMb}m`, ...ROOMY]),
    '-XX:MaxMetaspaceSize=64m',
    '-Xss512k',
    '-Xshare:auto',
    '-Djava.net.preferIPv4Stack=true',
    '-cp',
    `${folder}:${folder}/lib/*`,
    'Server',
  ];
}

function contentHash(): string {
  const hash = createHash('sha256');
  for (const name of ['pom.xml', 'Server.java']) hash.update(readFileSync(join(SOURCES, name)));
  return hash.digest('hex').slice(0, 12);
}

async function build(maven: string, java: string, cache: string, target: string): Promise<void> {
  const work = mkdtempSync(join(cache, 'fetching-'));
  try {
    cpSync(SOURCES, work, { recursive: true });
    await must(
      maven,
      ['-B', '-q', 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${join(work, 'lib')}`],
      work,
    );
    await must(compiler(java), ['-cp', 'lib/*', '-d', '.', 'Server.java'], work);
    renameSync(work, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** javac beside the java in use: another one on the PATH may write classes that this java does not read. */
function compiler(java: string): string {
  const beside = join(dirname(java), 'javac');
  return existsSync(beside) ? beside : 'javac';
}

async function must(command: string, args: string[], cwd: string): Promise<void> {
  const result = await run(command, args, { cwd });
  if (result.code !== 0) {
    throw new Error(`${command} ${args[0]} failed:\n${(result.stdout + result.stderr).trim().slice(-3000)}`);
  }
}
