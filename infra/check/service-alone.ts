import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../local/run-directory.ts';
import { copyCheckout } from '../images/checkout.ts';
import type { Image } from '../images/images.ts';

/** How the root says that types are checked and tests are run. */
const TOOLS = ['tsconfig.base.json', 'jest.config.mjs'];
const TSCONFIG = {
  extends: './tsconfig.base.json',
  include: ['packages/*/src', 'services/*/src'],
  // Only unit tests need nothing of the tools in `infra`.
  exclude: [...['component', 'conformance', 'e2e'].map((kind) => `**/*.${kind}.test.ts`), '**/src/testing'],
};

/** Every installed package, but of the workspaces only those of this checkout. */
function linkModules(dir: string): void {
  const [from, to] = [join(ROOT, 'node_modules'), join(dir, 'node_modules')];
  mkdirSync(join(to, '@ksbb'), { recursive: true });
  for (const name of readdirSync(from)) if (name !== '@ksbb') symlinkSync(join(from, name), join(to, name));
  for (const folder of [
    ...readdirSync(join(dir, 'packages')).map((name) => `packages/${name}`),
    ...readdirSync(join(dir, 'services')).map((name) => `services/${name}`),
  ]) {
    const { name } = JSON.parse(readFileSync(join(dir, folder, 'package.json'), 'utf8')) as { name: string };
    symlinkSync(join(dir, folder), join(to, name));
    // Versions that only this workspace has.
    const own = join(ROOT, folder, 'node_modules');
    if (existsSync(own)) symlinkSync(own, join(dir, folder, 'node_modules'));
  }
}

/**
 * A checkout of one image's files alone: its service, the packages with the contracts, and what the root says of all.
 */
export function checkoutOf(image: Image): string {
  const dir = mkdtempSync(join(tmpdir(), 'ksbb-alone-'));
  copyCheckout(image, dir, TOOLS);
  writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  linkModules(dir);
  return dir;
}
