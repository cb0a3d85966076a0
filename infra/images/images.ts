import { SERVICE_NAMES } from '../dev/services.ts';

/** Every image there is: its name without the prefix `ksbb/`, and its Dockerfile. */
export const IMAGES: readonly { name: string; dockerfile: string }[] = [
  ...SERVICE_NAMES.map((name) => ({ name, dockerfile: `services/${name}/Dockerfile` })),
  { name: 'topology', dockerfile: 'infra/topology/Dockerfile' },
];
