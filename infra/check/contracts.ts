/**
 * `node infra/check/contracts.ts [--release] [--dir DIRECTORY]`: compares the contracts with those that were released
 * last, in packages/contracts/released, and reports what breaks inside a major (the rules stand in
 * contracts/breaks.ts). `--release` makes the contracts of this tree the released ones, where nothing breaks. Run it
 * with each release.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../local/run-directory.ts';
import { contractFaults, currentContracts, readReleased, writeReleased } from './contracts/contract-set.ts';

const { values } = parseArgs({
  options: {
    release: { type: 'boolean', default: false },
    dir: { type: 'string', default: join(ROOT, 'packages/contracts/released') },
  },
});
const say = (line: string) => void process.stdout.write(`${line}\n`);

const current = currentContracts();
const released = readReleased(values.dir);
const faults = contractFaults(released, current);
for (const fault of faults) say(fault);
if (faults.length > 0) {
  say(`${faults.length} breaking changes inside a major; publish a new major beside the old one instead`);
  process.exitCode = 1;
} else if (values.release) {
  const written = writeReleased(values.dir, current);
  say(written.length === 0 ? 'every contract is released as it is' : `released ${written.join(', ')}`);
} else if (released.length === 0) {
  say('nothing is released yet: run node infra/check/contracts.ts --release');
  process.exitCode = 1;
} else {
  say(`${released.length} released contracts hold`);
}
