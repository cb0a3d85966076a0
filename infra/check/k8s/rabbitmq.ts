import { z } from 'zod';
import { type Manifest, nameOf } from './objects.ts';

/*
 * The definition of RabbitmqCluster comes by no package registry. Its own fields stand here as its reference lists them
 * (rabbitmq.com/v1beta1); those that are Kubernetes' own (resources, affinity, the StatefulSet that it overrides) are
 * left to Kubernetes' schemas.
 */

const kubernetes = z.record(z.string(), z.unknown());
const labels = z.record(z.string(), z.string());

const spec = z.strictObject({
  replicas: z.int().min(0).optional(),
  image: z.string().optional(),
  imagePullSecrets: z.array(z.strictObject({ name: z.string() })).optional(),
  service: z
    .strictObject({
      type: z.enum(['ClusterIP', 'LoadBalancer', 'NodePort']).optional(),
      annotations: labels.optional(),
      ipFamilyPolicy: z.string().optional(),
    })
    .optional(),
  persistence: z.strictObject({ storageClassName: z.string().optional(), storage: z.string().optional() }).optional(),
  resources: kubernetes.optional(),
  affinity: kubernetes.optional(),
  tolerations: z.array(kubernetes).optional(),
  rabbitmq: z
    .strictObject({
      additionalPlugins: z.array(z.string().regex(/^\w+$/)).max(100).optional(),
      additionalConfig: z.string().max(2_000).optional(),
      advancedConfig: z.string().max(100_000).optional(),
      envConfig: z.string().max(100_000).optional(),
      erlangInetConfig: z.string().max(2_000).optional(),
    })
    .optional(),
  tls: z
    .strictObject({
      secretName: z.string().optional(),
      caSecretName: z.string().optional(),
      disableNonTLSListeners: z.boolean().optional(),
    })
    .optional(),
  override: z
    .strictObject({
      statefulSet: z.strictObject({ spec: kubernetes, metadata: kubernetes.optional() }).optional(),
      service: kubernetes.optional(),
    })
    .optional(),
  skipPostDeploySteps: z.boolean().optional(),
  autoEnableAllFeatureFlags: z.boolean().optional(),
  terminationGracePeriodSeconds: z.int().min(0).optional(),
  delayStartSeconds: z.int().min(0).optional(),
  secretBackend: kubernetes.optional(),
});

const rabbitmqCluster = z.strictObject({
  apiVersion: z.literal('rabbitmq.com/v1beta1'),
  kind: z.literal('RabbitmqCluster'),
  metadata: kubernetes,
  spec,
});
type Template = { spec?: { containers?: { name: string; image?: string }[] } & Record<string, unknown> };

/** Whether it is one of the operator's resources. */
export const isRabbitmq = ({ apiVersion }: Manifest) => apiVersion.startsWith('rabbitmq.com/');

/** Fields that the operator does not know, or of another type. */
export function rabbitmqFaults(all: readonly Manifest[]): string[] {
  return all.filter(isRabbitmq).flatMap((one) => {
    const read = rabbitmqCluster.safeParse(one);
    return (read.error?.issues ?? []).map(({ path, message }) => `${nameOf(one)}/${path.join('/')}: ${message}`);
  });
}

/** The StatefulSet that the operator makes of it, as far as it is said here: for the schemas of Kubernetes to judge. */
export function rabbitmqStatefulSets(all: readonly Manifest[]): Manifest[] {
  return all.flatMap((one) => {
    const read = rabbitmqCluster.safeParse(one);
    if (!isRabbitmq(one) || !read.success) return [];
    const { image, resources, affinity, tolerations, override } = read.data.spec;
    const { template = {}, ...rest } = (override?.statefulSet?.spec ?? {}) as { template?: Template };
    const containers = (template.spec?.containers ?? []).map((container) => ({
      image,
      ...(resources === undefined ? {} : { resources }),
      ...container,
    }));
    const pod = {
      ...(affinity === undefined ? {} : { affinity }),
      ...(tolerations === undefined ? {} : { tolerations }),
      ...template.spec,
      containers,
    };
    const made = { selector: {}, serviceName: one.metadata.name, ...rest, template: { ...template, spec: pod } };
    return [{ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: one.metadata, spec: made } as unknown as Manifest];
  });
}
