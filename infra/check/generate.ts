/**
 * `node infra/check/generate.ts [--check]`: writes the files that are made from the contracts and the services' tables,
 * or says which are not up to date.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '@ksbb/contracts';
import { ROOT } from '../local/run-directory.ts';
import { bindingsOf, subscribers } from './documents/subscribers.ts';
import { asyncApiDocument } from './documents/asyncapi.ts';
import { eventsDocument } from './documents/events.ts';

const files: { path: string; render: () => string }[] = [
  { path: 'docs/events.md', render: () => eventsDocument(catalogue, subscribers) },
  {
    path: 'docs/asyncapi.json',
    render: () => `${JSON.stringify(asyncApiDocument(catalogue, subscribers), null, 2)}\n`,
  },
  { path: 'infra/topology/bindings.json', render: () => `${JSON.stringify(bindingsOf(subscribers), null, 2)}\n` },
];

/** One line for each generated file that is not what it would be if made now. */
export function outdatedFiles(): string[] {
  const outdated = files.filter(({ path, render }) => {
    const file = join(ROOT, path);
    return !existsSync(file) || readFileSync(file, 'utf8') !== render();
  });
  return outdated.map(({ path }) => `${path} is not up to date: run node infra/check/generate.ts and commit it`);
}

if (import.meta.main) {
  const outdated = outdatedFiles();
  if (process.argv.includes('--check')) {
    process.stdout.write(outdated.map((line) => `${line}\n`).join(''));
    process.exitCode = outdated.length === 0 ? 0 : 1;
  } else {
    for (const { path, render } of files) writeFileSync(join(ROOT, path), render());
    process.stdout.write(`wrote ${files.map(({ path }) => path).join(', ')}\n`);
  }
}
