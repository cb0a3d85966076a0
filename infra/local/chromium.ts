import { canInstall, installPackage } from './debian.ts';
import { findProgram } from './programs.ts';
import type { Log } from './progress.ts';

const NAMES = ['chromium', 'chromium-headless-shell', 'google-chrome', 'google-chrome-stable', 'chromium-browser'];

const CHOICES = `no Chromium found. Choose one:
  - set CHROMIUM_PATH to the program
  - install chromium, chromium-headless-shell or google-chrome (done by itself when run as root on Debian)`;

/**
 * The path of a Chromium: CHROMIUM_PATH, one on the PATH, or Debian's, installed when run as root. Throws with the
 * choices when there is none.
 */
export async function findChromium(log: Log = (text) => void process.stderr.write(`${text}\n`)): Promise<string> {
  const given = process.env['CHROMIUM_PATH'];
  if (given !== undefined && given !== '') {
    const program = findProgram([given]);
    if (program === undefined) throw new Error(`CHROMIUM_PATH names ${given}, which is not a program`);
    return program;
  }
  const found = findProgram(NAMES);
  if (found !== undefined) return found;
  if (canInstall()) {
    await installPackage('chromium', undefined, log);
    const installed = findProgram(NAMES);
    if (installed !== undefined) return installed;
  }
  throw new Error(CHOICES);
}
