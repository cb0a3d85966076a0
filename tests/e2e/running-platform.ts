import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  createPlatformClient,
  freshDatabase,
  freshVhost,
  type PlatformClient,
  removeDatabase,
  removeVhost,
} from '@ksbb/testkit';
import { loadMsmes } from '../../infra/local/load-msmes.ts';
import { startPlatform } from '../../infra/local/platform.ts';
import { makeRunDirectory } from '../../infra/local/run-directory.ts';
import { SERVICE_NAMES, SERVICES } from '../../infra/local/services.ts';
import { addressOf } from '../scenario/environment.ts';

export type RunningPlatform = { portalUrl: string; client: PlatformClient; stop: () => Promise<void> };

/** Every service as a process of its own, on databases and a virtual host of its own, with MSMEs on the map. */
export async function runPlatform(msmes: number): Promise<RunningPlatform> {
  const dir = makeRunDirectory('e2e');
  const rabbitUrl = await freshVhost();
  const owners = SERVICE_NAMES.filter((name) => SERVICES[name].usesDatabase);
  const databases = owners.map((name) => ({ name, uri: freshDatabase(name) }));
  const undos = [
    async () => {
      await removeVhost(rabbitUrl);
      await Promise.all(databases.map(({ uri }) => removeDatabase(uri)));
      rmSync(dir, { recursive: true, force: true });
    },
  ];
  const stop = async () => {
    for (const undo of undos.toReversed()) await undo();
  };
  try {
    const platform = await startPlatform({
      dir,
      rabbitUrl,
      mongoUrl: process.env['KSBB_TEST_MONGODB_URI'] ?? '',
      log: () => {},
      settings: Object.fromEntries(databases.map(({ name, uri }) => [name, { MONGODB_URI: uri }])),
    });
    undos.push(() => platform.stop());
    await loadMsmes(platform, msmes);
    return { portalUrl: platform.portalUrl, client: createPlatformClient(addressOf(platform)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Where the pictures of the pages go; not part of the tree. */
export const SCREENSHOTS = join(import.meta.dirname, 'screenshots');
