/**
 * `npm run images [-- --base IMAGE --tag TAG --only NAME]`: builds the image of every service, and of the topology job,
 * with the engine found. `--base` is the Node 24 image to build on; where no image registry is reached, one made by
 * `node infra/images/debian-base.ts`.
 */
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withProgress } from '../dev/progress.ts';
import { ROOT } from '../dev/run-directory.ts';
import { type Engine, engineRun, findEngine, trustedAuthorities } from './engine.ts';
import { IMAGES } from './images.ts';

const { values: options } = parseArgs({
  options: {
    base: { type: 'string', default: 'docker.io/library/node:24-slim' },
    tag: { type: 'string', default: 'dev' },
    only: { type: 'string', multiple: true },
  },
});

const log = (text: string) => void process.stdout.write(`[images] ${text}\n`);

/** What npm needs inside a build to reach the same registry as outside: handed in as secrets, in no layer of an image. */
function secretsIn(dir: string): string[] {
  const userConfig = process.env['npm_config_userconfig'] ?? join(homedir(), '.npmrc');
  const lines = existsSync(userConfig) ? [readFileSync(userConfig, 'utf8')] : [];
  const authorities = trustedAuthorities();
  if (authorities !== undefined) {
    copyFileSync(authorities, join(dir, 'cafile'));
    lines.push('cafile=/run/secrets/cafile\n');
  }
  writeFileSync(join(dir, 'npmrc'), lines.join('\n'), { mode: 0o600 });
  const names = authorities === undefined ? ['npmrc'] : ['npmrc', 'cafile'];
  return names.flatMap((name) => ['--secret', `id=${name},src=${join(dir, name)}`]);
}

async function isHere(engine: Engine, image: string): Promise<boolean> {
  const args = engine.name === 'buildah' ? ['inspect', '--type', 'image', image] : ['image', 'inspect', image];
  return engineRun(engine, args).then(
    () => true,
    () => false,
  );
}

async function main(): Promise<void> {
  const engine = await findEngine();
  const chosen = options.only === undefined ? IMAGES : IMAGES.filter(({ name }) => options.only?.includes(name));
  const unknown = options.only?.filter((name) => !IMAGES.some((image) => image.name === name)) ?? [];
  if (unknown.length > 0) throw new Error(`no such image: ${unknown.join(', ')}; there are ${IMAGES.map(({ name }) => name).join(', ')}`);
  const pull = (await isHere(engine, options.base)) ? ['--pull=false'] : [];
  const dir = mkdtempSync(join(tmpdir(), 'ksbb-images-'));
  try {
    const secrets = secretsIn(dir);
    for (const { name, dockerfile } of chosen) {
      const image = `ksbb/${name}:${options.tag}`;
      const args = ['build', ...pull, '--build-arg', `NODE_IMAGE=${options.base}`, ...secrets, '--file', dockerfile, '--tag', image, '.'];
      await withProgress(log, `building ${image} with ${engine.name}`, () => engineRun(engine, args));
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

process.chdir(ROOT);
main().catch((error: Error) => {
  log(error.message);
  process.exitCode = 1;
});
