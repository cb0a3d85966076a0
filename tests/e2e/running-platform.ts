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

export type RunningPlatform = { portalUrl: string; client: PlatformClient };

/**
 * Every service as a process of its own, on databases and a virtual host of its own, with MSMEs on the map. What ends it
 * is given to `defer` step by step, so that a start that fails is undone too; the last step is to be done first.
 */
export async function runPlatform(msmes: number, defer: (undo: () => Promise<void>) => void): Promise<RunningPlatform> {
  const dir = makeRunDirectory('e2e');
  defer(async () => rmSync(dir, { recursive: true, force: true }));
  const rabbitUrl = await freshVhost();
  defer(() => removeVhost(rabbitUrl));
  const settings: Record<string, { MONGODB_URI: string }> = {};
  for (const name of SERVICE_NAMES.filter((one) => SERVICES[one].usesDatabase)) {
    const uri = freshDatabase(name);
    defer(() => removeDatabase(uri));
    settings[name] = { MONGODB_URI: uri };
  }
  const mongoUrl = process.env['KSBB_TEST_MONGODB_URI'] ?? '';
  const platform = await startPlatform({ dir, rabbitUrl, mongoUrl, log: () => {}, settings });
  defer(() => platform.stop());
  await loadMsmes(platform, msmes);
  return { portalUrl: platform.portalUrl, client: createPlatformClient(addressOf(platform)) };
}

/** Where the pictures of the pages go; not part of the tree. */
export const SCREENSHOTS = join(import.meta.dirname, 'screenshots');
