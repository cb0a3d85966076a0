import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../local/programs.ts';
import { SERVICE_NAMES } from '../local/services.ts';
import { IMAGES } from '../images/images.ts';
import { checkoutOf } from './service-alone.ts';

/*
 * A team works on its service in a checkout that holds nothing of the others: its types, its unit tests, and what its
 * image is made of. What is installed is linked in, the workspaces are those of that checkout. `npm run images` makes
 * each image in such a checkout, and `npm run e2e:k8s` runs them.
 */

const LIMIT_MS = 300_000;
const FLAGS = ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules'];
const INSTALL = ['ci', '--dry-run', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--omit=dev'];

const alone = IMAGES.filter(({ name }) => (SERVICE_NAMES as readonly string[]).includes(name));

/** What a Dockerfile copies from the checkout. */
const copied = (dockerfile: string) =>
  [...dockerfile.matchAll(/^COPY (?!--from)(\S+) /gm)].map(([, path]) => path ?? '').filter((path) => path !== '.');

describe.each(alone)('$name without the other services', (image) => {
  let dir: string;
  beforeAll(() => {
    dir = checkoutOf(image);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const node = (...args: string[]) => run(process.execPath, args, { cwd: dir, timeoutMs: LIMIT_MS });

  test(
    'has right types',
    async () => {
      const { code, stdout } = await node(
        'node_modules/typescript/bin/tsc',
        '-p',
        'tsconfig.json',
        '--pretty',
        'false',
      );
      expect([code, stdout]).toEqual([0, '']);
    },
    LIMIT_MS,
  );

  test(
    'passes its unit tests',
    async () => {
      const { code, stdout, stderr } = await node(
        ...FLAGS,
        'node_modules/jest/bin/jest.js',
        '--json',
        '--maxWorkers=1',
        `${image.workspace}/.*unit`,
      );
      const { numPassedTests, numFailedTests } = JSON.parse(stdout) as {
        numPassedTests: number;
        numFailedTests: number;
      };
      expect([code, numFailedTests, code === 0 ? '' : stderr]).toEqual([0, 0, '']);
      expect(numPassedTests).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );

  test(
    'has everything that its image is made of, and a lockfile that installs it',
    async () => {
      const dockerfile = readFileSync(join(dir, image.dockerfile), 'utf8');
      expect(copied(dockerfile)).toContain(image.workspace);
      expect(copied(dockerfile).filter((path) => !existsSync(join(dir, path)))).toEqual([]);
      const { code, stderr } = await run('npm', [...INSTALL, '--workspace', image.workspace ?? ''], {
        cwd: dir,
        timeoutMs: LIMIT_MS,
      });
      expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    },
    LIMIT_MS,
  );
});
