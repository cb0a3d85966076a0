import { readFileSync } from 'node:fs';
import { SERVICE_NAMES } from '../local/services.ts';

export type Image = {
  /** Without the prefix `ksbb/`. */
  name: string;
  dockerfile: string;
  /** The npm workspace it runs, where it runs one: its dependencies are the image's bill of materials. */
  workspace?: string;
  /** Files and folders of the repository that are copied into it, besides what npm installs. */
  files: readonly string[];
};

/** Every image of the platform. */
export const IMAGES: readonly Image[] = [
  ...SERVICE_NAMES.map((name) => ({
    name,
    dockerfile: `services/${name}/Dockerfile`,
    workspace: `services/${name}`,
    files: ['packages', `services/${name}`, ...(name === 'msme-registry' ? ['data'] : [])],
  })),
  {
    name: 'topology',
    dockerfile: 'infra/topology/Dockerfile',
    workspace: 'packages/messaging',
    files: ['packages', 'infra/topology'],
  },
];

/** The broker and the database that the local overlay brings with it. */
export const BACKING_IMAGES: readonly Image[] = [
  { name: 'rabbitmq', dockerfile: 'infra/images/rabbitmq/Dockerfile', files: ['infra/images/rabbitmq'] },
  { name: 'mongodb', dockerfile: 'infra/images/mongodb/Dockerfile', files: ['infra/local/mongo-java-server'] },
];

/**
 * The image that everything is built on: what `base.json` names, by its digest where it has one. `KSBB_BASE_IMAGE`
 * names another one instead, such as one made by `debian-base.sh`.
 */
export function baseImage(env: NodeJS.ProcessEnv = process.env): { image: string; pinned: boolean } {
  const { image, digest } = JSON.parse(readFileSync(new URL('base.json', import.meta.url), 'utf8')) as {
    image: string;
    digest: string | null;
  };
  const other = env['KSBB_BASE_IMAGE'];
  if (other !== undefined && other !== '') return { image: other, pinned: other.includes('@sha256:') };
  return digest === null ? { image, pinned: false } : { image: `${image}@${digest}`, pinned: true };
}
