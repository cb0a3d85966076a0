import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadMsmes } from '../../infra/local/load-msmes.ts';
import { type Platform, startPlatform } from '../../infra/local/platform.ts';
import { makeRunDirectory } from '../../infra/local/run-directory.ts';
import { SERVICE_NAMES, SERVICES } from '../../infra/local/services.ts';
import { freshDatabase, freshVhost, removeDatabase, removeVhost } from '@ksbb/testkit';

export type RunningPlatform = { platform: Platform; stop: () => Promise<void> };

/** Every service as a process of its own, on databases and a virtual host that nobody else uses, with MSMEs on the map. */
export async function runPlatform(msmes: number): Promise<RunningPlatform> {
  const dir = makeRunDirectory('e2e');
  const rabbitUrl = await freshVhost();
  const databases = Object.fromEntries(
    SERVICE_NAMES.filter((name) => SERVICES[name].usesDatabase).map((name) => [name, freshDatabase(name)]),
  );
  const clean = async () => {
    await removeVhost(rabbitUrl);
    await Promise.all(Object.values(databases).map(removeDatabase));
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const platform = await startPlatform({
      dir,
      rabbitUrl,
      mongoUrl: process.env['KSBB_TEST_MONGODB_URI'] ?? '',
      log: () => {},
      settings: Object.fromEntries(Object.entries(databases).map(([name, uri]) => [name, { MONGODB_URI: uri }])),
    });
    const stop = async () => {
      await platform.stop();
      await clean();
    };
    try {
      await loadMsmes(platform, msmes, { progress: false });
    } catch (error) {
      await platform.stop();
      throw error;
    }
    return { platform, stop };
  } catch (error) {
    await clean();
    throw error;
  }
}

/** Where the pictures of the pages go; not part of the tree. */
export const SCREENSHOTS = join(import.meta.dirname, 'screenshots');
