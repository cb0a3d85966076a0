import { spawn } from 'node:child_process';
import type { Command } from './command.ts';
import type { Platform } from './platform.ts';
import { ROOT } from './run-directory.ts';

type Options = {
  /** Ends the job when the command ends. */
  defer?: Command['defer'];
  /** Whether the job's own progress is shown. */
  progress?: boolean;
};

/** Lists the real places and `msmes` generated MSMEs by the registry's own job. @throws where the job fails */
export function loadMsmes(platform: Platform, msmes: number, { defer, progress = true }: Options = {}): Promise<void> {
  const args = ['services/msme-registry/src/load-data.ts', '--msmes', String(msmes)];
  const env = platform.environment('msme-registry');
  const loader = spawn(process.execPath, args, {
    cwd: ROOT,
    env,
    stdio: ['ignore', progress ? 'inherit' : 'ignore', 'inherit'],
  });
  defer?.(() => void loader.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    loader.once('error', reject);
    loader.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`loading the data failed (${signal ?? `exit code ${code}`})`));
    });
  });
}
