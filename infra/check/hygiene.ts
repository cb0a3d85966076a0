import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryFiles } from '../images/checkout.ts';
import { ROOT } from '../local/run-directory.ts';

const BINARY = /\.(png|jpe?g|webp|gif|ico|woff2?|pdf|gz|zip)$/;

/** What no committed file may hold, and what to do instead. */
const forbidden: { pattern: RegExp; why: string }[] = [
  {
    pattern: /(?<![\w.:/-])\/(?:work|root|home|Users)\/[\w.-]+/,
    why: 'a path of one machine; write it relative to the file or the root',
  },
  { pattern: /\.\.\/shared\//, why: 'a path outside the repository' },
  {
    pattern: /"resolved": "https?:/,
    why: 'the host of a registry; set omit-lockfile-registry-resolved and install again',
  },
  { pattern: /^(?:<{7}|>{7}) /, why: 'a merge that was not finished' },
];

/** The faults of one file's text, a line each. */
export function hygieneFaults(path: string, text: string): string[] {
  return text.split('\n').flatMap((line, at) => {
    return forbidden.flatMap(({ pattern, why }) => {
      const found = pattern.exec(line);
      return found === null ? [] : [`${path}:${at + 1}: "${found[0]}" is ${why}`];
    });
  });
}

/** Links of a Markdown text to files that are not there; those to other sites are not followed. */
export function deadLinks(root: string, path: string, text: string): string[] {
  const targets = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)].map(([, target]) => target ?? '');
  return targets
    .filter((target) => !existsSync(join(root, dirname(path), target)))
    .map((target) => `${path}: links to ${target}, which is not there`);
}

/** The faults of every file that is in git or would be added to it. */
export function treeHygieneFaults(): string[] {
  const paths = repositoryFiles(['.']).filter((path) => !BINARY.test(path));
  return paths.flatMap((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    return [...hygieneFaults(path, text), ...(path.endsWith('.md') ? deadLinks(ROOT, path, text) : [])];
  });
}
