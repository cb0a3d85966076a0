import { findOrInstall } from './debian.ts';

const CHROMIUM = {
  variable: 'CHROMIUM_PATH',
  names: ['chromium', 'chromium-headless-shell', 'google-chrome', 'google-chrome-stable', 'chromium-browser'],
  debianPackage: 'chromium',
};

const CHOICES = `no Chromium found. Choose one:
  - set CHROMIUM_PATH to the program
  - install chromium, chromium-headless-shell or google-chrome (done by itself when run as root on Debian)`;

/**
 * The path of a Chromium: CHROMIUM_PATH, one on the PATH, or Debian's, installed when run as root.
 * @throws with the choices when there is none
 */
export async function findChromium(): Promise<string> {
  const program = await findOrInstall(CHROMIUM, (text) => void process.stderr.write(`${text}\n`));
  if (program === undefined) throw new Error(CHOICES);
  return program;
}
