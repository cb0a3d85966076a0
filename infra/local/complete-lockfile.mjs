/**
 * For maintainers, after any change of package-lock.json: adds the optional packages of other platforms that npm left
 * out because the registry in use does not carry them. `npm ci` refuses a lockfile without them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const OPERATING_SYSTEM = /android|darwin|freebsd|linux|netbsd|openbsd|openharmony|win32/;
const PROCESSOR = /arm64|arm|x64|ia32|ppc64|riscv64|s390x|loong64|wasm32/;
const C_LIBRARY = /-(gnu|musl)$/;

/**
 * The entry of a package built for one platform, from the words in its name; undefined when it names none.
 * Without a checksum, which only the registry knows: a machine of that platform asks for it then.
 */
function entryOf(name, version, dev) {
  const cpu = PROCESSOR.exec(name)?.[0];
  const os = OPERATING_SYSTEM.exec(name)?.[0];
  const library = os === 'linux' ? C_LIBRARY.exec(name)?.[1] : undefined;
  if (cpu === undefined) return undefined;
  return {
    version,
    cpu: [cpu],
    dev,
    libc: library && [library === 'gnu' ? 'glibc' : 'musl'],
    optional: true,
    os: os && [os],
  };
}

function complete(packages) {
  const completed = { ...packages };
  for (const { dev, optionalDependencies = {} } of Object.values(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const path = `node_modules/${name}`;
      const entry = /^\d/.test(version) ? entryOf(name, version, dev) : undefined;
      if (entry !== undefined) completed[path] ??= entry;
    }
  }
  return Object.fromEntries(Object.entries(completed).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const file = join(import.meta.dirname, '../../package-lock.json');
const lockfile = JSON.parse(readFileSync(file, 'utf8'));
const packages = complete(lockfile.packages);
const added = Object.keys(packages).length - Object.keys(lockfile.packages).length;
if (added > 0) writeFileSync(file, `${JSON.stringify({ ...lockfile, packages }, null, 2)}\n`);
process.stdout.write(`${added} packages of other platforms added to package-lock.json\n`);
