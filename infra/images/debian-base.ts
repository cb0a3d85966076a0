/**
 * `node infra/images/debian-base.ts [IMAGE]`: makes a base image of Debian and this machine's Node 24 and npm, by
 * debootstrap and buildah as root. It stands in for node:24-slim where no image registry is reached.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findProgram } from '../local/programs.ts';
import { withProgress } from '../local/progress.ts';
import { ROOT } from '../local/run-directory.ts';
import { type Engine, engineRun, findEngine } from './engine.ts';

const IMAGE = process.argv[2] ?? 'localhost/ksbb/node:24-debian';
const NPM = '/usr/local/lib/node_modules/npm';

const log = (text: string) => void process.stdout.write(`[base] ${text}\n`);

/** The npm on the PATH is a link to bin/npm-cli.js in its own folder. */
function npmFolder(): string {
  const npm = findProgram(['npm']);
  if (npm === undefined) throw new Error('there is no npm on the PATH');
  return dirname(dirname(realpathSync(npm)));
}

async function debian(debootstrap: string, dir: string): Promise<void> {
  await engineRun({ name: 'debootstrap', path: debootstrap, env: process.env }, [
    '--variant=minbase',
    '--include=ca-certificates',
    'bookworm',
    dir,
  ]);
  for (const waste of [
    'var/cache/apt/archives',
    'var/lib/apt/lists',
    'usr/share/doc',
    'usr/share/man',
    'usr/share/locale',
  ]) {
    rmSync(join(dir, waste), { recursive: true, force: true });
  }
}

async function commit(engine: Engine, debianDir: string): Promise<void> {
  const container = await engineRun(engine, ['from', 'scratch']);
  try {
    await engineRun(engine, ['copy', container, debianDir, '/']);
    await engineRun(engine, ['copy', container, join(ROOT, 'node_modules/node/bin/node'), '/usr/local/bin/node']);
    await engineRun(engine, ['copy', container, npmFolder(), NPM]);
    await engineRun(engine, ['run', container, '--', 'ln', '-s', `${NPM}/bin/npm-cli.js`, '/usr/local/bin/npm']);
    await engineRun(engine, [
      'config',
      '--env',
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      '--cmd',
      'node',
      container,
    ]);
    await engineRun(engine, ['commit', container, IMAGE]);
  } finally {
    await engineRun(engine, ['rm', container]);
  }
}

async function main(): Promise<void> {
  const engine = await findEngine();
  const debootstrap = findProgram(['debootstrap']);
  if (engine.name !== 'buildah' || debootstrap === undefined) {
    throw new Error(
      'this needs buildah and debootstrap (apt-get install buildah debootstrap); ' +
        'docker and podman fetch node:24-slim by themselves',
    );
  }
  const dir = mkdtempSync(join(tmpdir(), 'ksbb-base-'));
  try {
    await withProgress(log, 'unpacking Debian', () => debian(debootstrap, join(dir, 'debian')));
    await withProgress(log, `making ${IMAGE}`, () => commit(engine, join(dir, 'debian')));
    log(`build on it by: npm run images -- --base ${IMAGE}`);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

main().catch((error: Error) => {
  log(error.message);
  process.exitCode = 1;
});
