import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CACHE, makeOnce } from './cache.ts';
import type { EmbeddedDatabase } from './memory.ts';
import { findProgram, mustRun } from './programs.ts';
import type { Log } from './progress.ts';

const SOURCES = join(import.meta.dirname, 'mongo-java-server');

/**
 * The folder with the server's classes and libraries, pinned by our pom.xml. It is fetched once per user and content. A
 * fetch that is interrupted leaves nothing half done.
 */
export async function fetchMongoJavaServer(maven: string, java: string, log: Log): Promise<string> {
  const hash = createHash('sha256');
  for (const name of ['pom.xml', 'Server.java']) hash.update(readFileSync(join(SOURCES, name)));
  const target = join(CACHE, `mongo-java-server-${hash.digest('hex').slice(0, 12)}`);
  const what = 'the document database (mongo-java-server) from Maven Central';
  await makeOnce(target, what, log, () => build(maven, java, target));
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
 * Arguments for java and for the server. A tight heap follows the data closely; the other heap is reserved at once.
 * @param data a directory, for the file of the H2 backend
 */
export function javaArguments(folder: string, database: EmbeddedDatabase, port: number, data: string): string[] {
  const { backend, heapMb, tight } = database;
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
    String(port),
    ...(backend === 'h2' ? [join(data, 'h2')] : []),
  ];
}

async function build(maven: string, java: string, target: string): Promise<void> {
  const work = mkdtempSync(join(CACHE, 'fetching-'));
  try {
    cpSync(SOURCES, work, { recursive: true });
    const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${join(work, 'lib')}`];
    await mustRun(maven, ['-B', '-q', ...copy], { cwd: work });
    // javac beside the java in use: another one on the PATH may write classes that this java does not read.
    const javac = findProgram([join(dirname(java), 'javac'), 'javac']) ?? 'javac';
    await mustRun(javac, ['-cp', 'lib/*', '-d', '.', 'Server.java'], { cwd: work });
    renameSync(work, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
