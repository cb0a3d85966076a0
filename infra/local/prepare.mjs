/**
 * npm pre-script: installs the dependencies when node_modules is missing or does not match package-lock.json.
 * Runs on Node 20 in a bare clone, so it is plain JavaScript and imports nothing that is not already here.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withFileLock } from './file-lock.mjs';

const OLDEST_NODE = 20;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STAMP = join(ROOT, 'node_modules/.ksbb-lockfile-hash');
/** Characters of npm's error. npm says first what is wrong, then how to use it. */
const MOST_SHOWN = 3_000;

/**
 * Why dependencies must be installed, or undefined when they are as the lockfile says.
 * `lockfile` and `installed` are the texts of package-lock.json and of npm's own record of what it put into
 * node_modules (undefined when missing), `stamp` the hash of the lockfile of the last install made here.
 * @param {{ lockfile: string, installed: string | undefined, stamp: string | undefined, nodeBinary: boolean }} state
 */
export function reasonToInstall({ lockfile, installed, stamp, nodeBinary }) {
  if (installed === undefined) return 'node_modules is missing';
  if (!nodeBinary) return 'the Node 24 binary is missing from node_modules';
  if (stamp === hashOf(lockfile)) return undefined;
  const wanted = JSON.parse(lockfile).packages;
  const present = JSON.parse(installed).packages;
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.includes('node_modules/')) continue;
    const found = present[path];
    if (found === undefined && (entry.optional || entry.peer)) continue;
    if (found?.version !== entry.version || found?.integrity !== entry.integrity) {
      return `${path} is ${found?.version ?? 'missing'}, package-lock.json wants ${entry.version ?? 'a link'}`;
    }
  }
  return undefined;
}

export function hashOf(text) {
  return createHash('sha256').update(text).digest('hex');
}

function inspect() {
  return {
    lockfile: readFileSync(join(ROOT, 'package-lock.json'), 'utf8'),
    installed: read(join(ROOT, 'node_modules/.package-lock.json')),
    stamp: read(STAMP),
    nodeBinary: existsSync(join(ROOT, 'node_modules/.bin/node')),
  };
}

function read(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** Progress goes to stderr: the stdout of `npm run demo -- --json` belongs to the demo. */
function say(text) {
  process.stderr.write(`[prepare] ${text}\n`);
}

async function prepare() {
  const major = Number.parseInt(process.versions.node, 10);
  if (major < OLDEST_NODE) throw new Error(`Node ${OLDEST_NODE} or newer is needed, this is ${process.version}`);
  const waiting = (pid) => say(`waiting for the installation that process ${pid ?? '?'} is making here`);
  if (reasonToInstall(inspect()) !== undefined) await withFileLock(join(ROOT, '.run/prepare.lock'), waiting, install);
  const { lockfile, stamp } = inspect();
  if (stamp !== hashOf(lockfile)) writeFileSync(STAMP, hashOf(lockfile));
}

/** Does nothing where another process has installed the dependencies in the meantime. */
async function install() {
  const reason = reasonToInstall(inspect());
  if (reason === undefined) return;
  const started = Date.now();
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  say(`installing dependencies with npm ci, because ${reason} (about half a minute)`);
  const ticker = setInterval(() => say(`npm ci is running, ${seconds()}`), 5000);
  await npmCi().finally(() => clearInterval(ticker));
  const left = reasonToInstall({ ...inspect(), stamp: undefined });
  if (left !== undefined) throw new Error(`npm ci ended without an error, but ${left}`);
  say(`dependencies are installed, ${seconds()}`);
}

async function npmCi() {
  const npm = process.env.npm_execpath;
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  // Without the flags of the npm that called us: `npm test -w services/x` would install that workspace alone.
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_config_(workspace|omit)/i.test(name));
  const options = { cwd: ROOT, env: Object.fromEntries(inherited) };
  await promisify(execFile)(command, [...first, ...args], options).catch((error) => {
    throw new Error(`npm ci failed: ${error.message.slice(0, MOST_SHOWN).trim()}`);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  prepare().catch((error) => {
    say(error.message);
    process.exitCode = 1;
  });
}
