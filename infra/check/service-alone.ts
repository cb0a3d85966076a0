import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../dev/run-directory.ts';
import type { Image } from '../images/images.ts';

/** What a workspace needs of the root: how its dependencies are installed, its types checked, its tests run, its image made. */
const ROOT_FILES = ['package.json', 'package-lock.json', '.npmrc', '.dockerignore', 'tsconfig.base.json', 'jest.config.mjs'];
const TSCONFIG = {
  extends: './tsconfig.base.json',
  include: ['packages/*/src', 'services/*/src'],
  // Only unit tests need nothing of the tools in `infra`.
  exclude: [...['component', 'conformance', 'e2e'].map((kind) => `**/*.${kind}.test.ts`), '**/src/testing'],
};

function tracked(paths: readonly string[]): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...paths], { cwd: ROOT, encoding: 'utf8' });
  return listed.split('\0').filter((path) => path !== '' && existsSync(join(ROOT, path)));
}

/** Every installed package, but of the workspaces only those of this checkout. */
function linkModules(dir: string): void {
  const [from, to] = [join(ROOT, 'node_modules'), join(dir, 'node_modules')];
  mkdirSync(join(to, '@ksbb'), { recursive: true });
  for (const name of readdirSync(from)) if (name !== '@ksbb') symlinkSync(join(from, name), join(to, name));
  for (const folder of [...readdirSync(join(dir, 'packages')).map((name) => `packages/${name}`), ...readdirSync(join(dir, 'services')).map((name) => `services/${name}`)]) {
    const { name } = JSON.parse(readFileSync(join(dir, folder, 'package.json'), 'utf8')) as { name: string };
    symlinkSync(join(dir, folder), join(to, name));
  }
}

/** A checkout of one image's files alone: its service, the packages with the contracts, and what the root says of all. */
export function checkoutOf({ files }: Image): string {
  const dir = mkdtempSync(join(tmpdir(), 'ksbb-alone-'));
  for (const path of tracked([...ROOT_FILES, ...files])) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    cpSync(join(ROOT, path), join(dir, path));
  }
  writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  linkModules(dir);
  return dir;
}
