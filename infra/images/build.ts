/**
 * `npm run images [-- --base IMAGE --tag TAG --only NAME --backing --sbom FOLDER]`: builds the image of every service
 * and of the topology job with the engine found; with `--backing` also the broker and the database of the local
 * overlay. Each is built in a checkout that holds nothing of the other services. An image whose files did not change is
 * left as it is. Beside them goes one CycloneDX bill of materials for each.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { fetchMongoJavaServer } from '../local/mongo-java-server.ts';
import { findProgram, mustRun } from '../local/programs.ts';
import { withProgress } from '../local/progress.ts';
import { ROOT } from '../local/run-directory.ts';
import { contentHash, copyCheckout } from './checkout.ts';
import { type Engine, engineRun, findEngine, imageField, trustedAuthorities } from './engine.ts';
import { BACKING_IMAGES, baseImage, type Image, IMAGES } from './images.ts';

const CONTENT_LABEL = 'ksbb.content';

const { values: options } = parseArgs({
  options: {
    base: { type: 'string', default: baseImage().image },
    tag: { type: 'string', default: 'dev' },
    only: { type: 'string', multiple: true },
    backing: { type: 'boolean', default: false },
    sbom: { type: 'string', default: join(ROOT, '.run/sbom') },
  },
});

const log = (text: string) => void process.stdout.write(`[images] ${text}\n`);

/**
 * What npm needs inside a build to reach the same registry as outside: handed in as secrets, in no layer of an image.
 */
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

async function contextOf({ name, workspace, dockerfile }: Image, checkout: string): Promise<string> {
  if (workspace !== undefined) return checkout;
  if (name !== 'mongodb') return join(checkout, dirname(dockerfile));
  const [maven, java] = [findProgram(['mvn']), findProgram(['java'])];
  if (maven === undefined || java === undefined)
    throw new Error('the database image needs Java (a JDK) and Maven on the PATH');
  return fetchMongoJavaServer(maven, java, log);
}

async function build(engine: Engine, image: Image, more: string[], baseId: string, checkout: string): Promise<void> {
  const tag = `ksbb/${image.name}:${options.tag}`;
  copyCheckout(image, checkout);
  const content = contentHash(checkout, baseId);
  if ((await imageField(engine, tag, `label:${CONTENT_LABEL}`)) === content) return log(`${tag} has not changed`);
  const settings = ['--build-arg', `NODE_IMAGE=${options.base}`, '--label', `${CONTENT_LABEL}=${content}`];
  const files = ['--file', join(checkout, image.dockerfile), '--tag', tag, await contextOf(image, checkout)];
  const args = ['build', ...more, ...settings, ...files];
  await withProgress(log, `building ${tag} with ${engine.name}`, () => engineRun(engine, args));
}

/** What the image was installed with, read from the lockfile. */
async function writeBillOfMaterials({ name, workspace }: Image): Promise<void> {
  if (workspace === undefined) return;
  const flags = ['--sbom-format=cyclonedx', '--sbom-type=application', '--omit=dev', '--package-lock-only'];
  const sbom = await mustRun('npm', ['sbom', ...flags, '--workspace', workspace], { cwd: ROOT });
  mkdirSync(options.sbom, { recursive: true });
  writeFileSync(join(options.sbom, `${name}.cdx.json`), sbom);
}

function chosenImages(): Image[] {
  const all = [...IMAGES, ...BACKING_IMAGES];
  const unknown = options.only?.filter((name) => !all.some((image) => image.name === name)) ?? [];
  if (unknown.length > 0)
    throw new Error(`no such image: ${unknown.join(', ')}; there are ${all.map(({ name }) => name).join(', ')}`);
  if (options.only !== undefined) return all.filter(({ name }) => options.only?.includes(name));
  return options.backing ? all : [...IMAGES];
}

async function main(): Promise<void> {
  const chosen = chosenImages();
  const engine = await findEngine();
  const baseId = await imageField(engine, options.base, 'id');
  if (!options.base.includes('@sha256:'))
    log(`${options.base} is not pinned by a digest; infra/images/base.json has a place for it`);
  const pull = baseId === undefined ? [] : ['--pull=false'];
  const dir = mkdtempSync(join(tmpdir(), 'ksbb-images-'));
  try {
    const secrets = secretsIn(dir);
    for (const image of chosen) {
      await build(engine, image, [...pull, ...secrets], baseId ?? options.base, join(dir, 'checkouts', image.name));
      await writeBillOfMaterials(image);
    }
    log(`bills of materials are in ${options.sbom}`);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

process.chdir(ROOT);
main().catch((error: Error) => {
  log(error.message);
  process.exitCode = 1;
});
