import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CACHE, makeOnce } from './cache.ts';
import type { EmbeddedDatabase } from './memory.ts';
import { mustRun } from './programs.ts';
import type { Log } from './progress.ts';

const SOURCES = join(import.meta.dirname, 'mongo-java-server');

/**
 * The folder with the server's classes and libraries, pinned by our pom.xml. It is fetched once per user and content. A
 * fetch that is interrupted leaves nothing half done.
 */
export async function fetchMongoJavaServer(maven: string, java: string, log: Log): Promise<string> {
  const target = join(CACHE, `mongo-java-server-${contentHash()}`);
  await makeOnce(target, 'the document database (mongo-java-server) from Maven Central', log, () =>
    build(maven, java, target),
  );
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

async function build(maven: string, java: string, target: string): Promise<void> {
  const work = mkdtempSync(join(CACHE, 'fetching-'));
  try {
    cpSync(SOURCES, work, { recursive: true });
    await mustRun(
      maven,
      ['-B', '-q', 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${join(work, 'lib')}`],
      { cwd: work },
    );
    await mustRun(compiler(java), ['-cp', 'lib/*', '-d', '.', 'Server.java'], { cwd: work });
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
