import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Image } from './images.ts';

/** What no image holds, as .dockerignore says. */
const LEFT_OUT = /(\.test\.ts|\/README\.md)$|\/src\/testing\//;
/** What npm's installation follows from. */
const MANIFESTS = /^(package-lock\.json|\.npmrc|\.dockerignore|(.+\/)?package\.json)$/;

/**
 * A hash of everything that an image follows from: its base, its Dockerfile, the manifests, and the files it holds. Two
 * builds with the same hash would make the same image, but for what moves outside the repository.
 */
export function contentHash(root: string, { dockerfile, files, workspace }: Image, baseId: string): string {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  const isIts = (path: string) => path === dockerfile || files.some((its) => path.startsWith(`${its}/`)) || (workspace !== undefined && MANIFESTS.test(path));
  const hash = createHash('sha256').update(baseId);
  const paths = listed.split('\0').filter((path) => isIts(path) && !LEFT_OUT.test(path) && existsSync(join(root, path)));
  for (const path of paths.toSorted()) hash.update(`\0${path}\0`).update(readFileSync(join(root, path)));
  return hash.digest('hex').slice(0, 32);
}
