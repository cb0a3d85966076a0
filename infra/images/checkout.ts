import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../local/run-directory.ts';
import type { Image } from './images.ts';

/** What a workspace's dependencies are installed by, and what a build is not given. */
const ROOT_FILES = ['package.json', 'package-lock.json', '.npmrc', '.dockerignore'];
/** What no image holds, as .dockerignore says. */
const LEFT_OUT = /(\.test\.ts|\/README\.md)$|\/src\/testing\//;

/** The files under these paths of the repository that are in git or would be added to it. */
export function repositoryFiles(paths: readonly string[]): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...paths], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return listed.split('\0').filter((path) => path !== '' && existsSync(join(ROOT, path)));
}

/**
 * Copies into a folder what one image is made of and `more` paths, and nothing else: a checkout of that service alone.
 */
export function copyCheckout({ files, dockerfile, workspace }: Image, dir: string, more: readonly string[] = []): void {
  const paths = [...files, dockerfile, ...(workspace === undefined ? [] : ROOT_FILES), ...more];
  for (const path of repositoryFiles(paths)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    cpSync(join(ROOT, path), join(dir, path));
  }
}

/**
 * A hash of everything that an image follows from: its base and its checkout. Two builds with the same hash would make
 * the same image, but for what moves outside the repository.
 */
export function contentHash(dir: string, baseId: string): string {
  const hash = createHash('sha256').update(baseId);
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries
    .map(({ parentPath, name }) => join(parentPath, name).slice(dir.length + 1))
    .filter((path) => !LEFT_OUT.test(path));
  for (const path of paths.toSorted()) hash.update(`\0${path}\0`).update(readFileSync(join(dir, path)));
  return hash.digest('hex').slice(0, 32);
}
