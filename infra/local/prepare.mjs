/**
 * npm pre-script: installs the dependencies when node_modules is missing or does not match package-lock.json.
 * Runs on Node 20 in a bare clone, so it is plain JavaScript and imports nothing that is not already here.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withFileLock } from './file-lock.mjs';

const OLDEST_NODE = 20;
/** npm says first what is wrong, then how to use it. */
const MOST_OUTPUT = 3_000;

/**
 * Why dependencies must be installed, or undefined when they are as the lockfile says.
 * `lockfile` and `installed` are the texts of package-lock.json and of npm's own record of what it put into
 * node_modules (undefined when missing), `stamp` the hash of the lockfile of the last install made here.
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

function inspect(root) {
  const lockfile = read(join(root, 'package-lock.json'));
  if (lockfile === undefined) throw new Error(`package-lock.json is missing in ${root}; restore it from git`);
  return {
    lockfile,
    installed: read(join(root, 'node_modules/.package-lock.json')),
    stamp: read(stampPath(root)),
    nodeBinary: existsSync(join(root, 'node_modules/.bin/node')),
  };
}

function stampPath(root) {
  return join(root, 'node_modules/.ksbb-lockfile-hash');
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Progress goes to stderr: the stdout of `npm run demo -- --json` belongs to the demo. */
function say(text) {
  process.stderr.write(`[prepare] ${text}\n`);
}

async function prepare(root) {
  const state = inspect(root);
  if (reasonToInstall(state) === undefined) return writeStamp(root, state);
  const waiting = (pid) => say(`waiting for the installation that process ${pid ?? '?'} is making here`);
  await withFileLock(join(root, '.run/prepare.lock'), waiting, async () => {
    const now = inspect(root);
    const reason = reasonToInstall(now);
    if (reason !== undefined) await install(root, reason);
    writeStamp(root, inspect(root));
  });
}

function writeStamp(root, { lockfile, stamp }) {
  const hash = hashOf(lockfile);
  if (stamp !== hash) writeFileSync(stampPath(root), hash);
}

async function install(root, reason) {
  const started = Date.now();
  say(`installing dependencies with npm ci, because ${reason} (about half a minute)`);
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  const ticker = setInterval(() => say(`npm ci is running, ${seconds()}`), 5000);
  try {
    await npmCi(root);
  } finally {
    clearInterval(ticker);
  }
  const left = reasonToInstall({ ...inspect(root), stamp: undefined });
  if (left !== undefined) throw new Error(`npm ci ended without an error, but ${left}`);
  say(`dependencies are installed, ${seconds()}`);
}

function npmCi(root) {
  const npm = process.env.npm_execpath;
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const [command, all] = npm?.endsWith('.js') ? [process.execPath, [npm, ...args]] : ['npm', args];
  return new Promise((resolve, reject) => {
    const child = spawn(command, all, { cwd: root, env: npmEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk) => {
      if (output.length < MOST_OUTPUT) output += chunk;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => reject(new Error(`cannot start npm (${error.message}); is it on the PATH?`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(new Error(`npm ci failed (${signal ?? `exit code ${code}`}):\n${output.slice(0, MOST_OUTPUT).trim()}`));
    });
  });
}

/** Without the flags of the npm that called us: `npm test -w services/x` would install that workspace alone. */
function npmEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_config_(workspace|omit)/i.test(name)),
  );
}

async function main() {
  const major = Number.parseInt(process.versions.node, 10);
  if (major < OLDEST_NODE) throw new Error(`Node ${OLDEST_NODE} or newer is needed, this is ${process.version}`);
  await prepare(join(dirname(fileURLToPath(import.meta.url)), '../..'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    say(error.message);
    process.exitCode = 1;
  });
}
