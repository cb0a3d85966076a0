import { existsSync } from 'node:fs';
import { containerEngine, findProgram, mustRun } from '../local/programs.ts';

/** What builds images, and how it is started. `name` is docker, podman or buildah. */
export type Engine = { name: string; path: string; env: NodeJS.ProcessEnv };

/**
 * Finds docker or podman with an engine that answers, or else buildah. As root buildah works without any daemon or
 * user namespace (chroot isolation, plain directories as storage), as it has to inside many build machines.
 */
export async function findEngine(): Promise<Engine> {
  const engine = await containerEngine();
  if (engine !== undefined)
    return { name: engine.endsWith('podman') ? 'podman' : 'docker', path: engine, env: process.env };
  const buildah = findProgram(['buildah']);
  if (buildah === undefined) {
    throw new Error('nothing here builds images: start docker or podman, or install buildah (apt-get install buildah)');
  }
  return {
    name: 'buildah',
    path: buildah,
    env: { BUILDAH_ISOLATION: 'chroot', STORAGE_DRIVER: 'vfs', ...process.env },
  };
}

/** Runs one command of the engine. @throws with what it said where it fails */
export async function engineRun({ path, env }: Engine, args: string[]): Promise<string> {
  return (await mustRun(path, args, { env })).trim();
}

/** The certificate authorities this machine trusts, where npm and Node are told of a file. */
export function trustedAuthorities(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return [env['npm_config_cafile'], env['NODE_EXTRA_CA_CERTS']].find(
    (file) => file !== undefined && file !== '' && existsSync(file),
  );
}

/**
 * The image's id, or the value of one of its labels (`label:NAME`); undefined where there is no such image or label.
 */
export async function imageField(
  engine: Engine,
  image: string,
  field: 'id' | `label:${string}`,
): Promise<string | undefined> {
  const args = engine.name === 'buildah' ? ['inspect', '--type', 'image', image] : ['image', 'inspect', image];
  const text = await engineRun(engine, args).catch(() => undefined);
  if (text === undefined) return undefined;
  type Labels = { Labels?: Record<string, string> };
  type Inspected = { FromImageID?: string; Id?: string; Config?: Labels; OCIv1?: { config?: Labels } };
  const parsed = JSON.parse(text) as Inspected | Inspected[];
  const found = Array.isArray(parsed) ? parsed[0] : parsed;
  if (field === 'id') return found?.FromImageID ?? found?.Id;
  const labels = found?.OCIv1?.config?.Labels ?? found?.Config?.Labels ?? {};
  return labels[field.slice('label:'.length)];
}
