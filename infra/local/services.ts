import { randomBytes } from 'node:crypto';

export const SERVICE_NAMES = [
  'msme-registry',
  'commitment',
  'fintech-gateway',
  'training',
  'reporting',
  'fintech-sandbox',
  'portal',
] as const;

export type ServiceName = (typeof SERVICE_NAMES)[number];

/** The public address of each service. */
export type ServiceUrls = Record<ServiceName, string>;

export type Secrets = ReturnType<typeof makeSecrets>;

type Service = {
  /** Most JavaScript heap, in MB. */
  heapMb: number;
  usesBroker: boolean;
  usesDatabase: boolean;
  secrets: readonly (keyof Secrets)[];
  /** Its other settings. */
  settings?: (urls: ServiceUrls) => Record<string, string>;
};

const PARTNER_SECRETS = [
  'AMANAH_CLIENT_ID',
  'AMANAH_CLIENT_SECRET',
  'LUMBUNG_TOKEN',
  'LUMBUNG_WEBHOOK_SECRET',
] as const;

/** What each service is started with; the names are those of its settings.ts. */
export const SERVICES: Record<ServiceName, Service> = {
  'msme-registry': { heapMb: 192, usesBroker: true, usesDatabase: true, secrets: ['OPERATOR_TOKEN'] },
  commitment: {
    heapMb: 128,
    usesBroker: true,
    usesDatabase: true,
    secrets: ['OPERATOR_TOKEN', 'PIN_SECRET', 'CAPABILITY_SECRET'],
    settings: () => ({ PARTNERS: 'amanah,lumbung' }),
  },
  'fintech-gateway': {
    heapMb: 128,
    usesBroker: true,
    usesDatabase: true,
    secrets: ['OPERATOR_TOKEN', 'CAPABILITY_SECRET', ...PARTNER_SECRETS],
    settings: (urls) => ({
      AMANAH_URL: `${urls['fintech-sandbox']}/amanah`,
      LUMBUNG_URL: `${urls['fintech-sandbox']}/lumbung`,
    }),
  },
  training: { heapMb: 96, usesBroker: true, usesDatabase: true, secrets: ['OPERATOR_TOKEN', 'CAPABILITY_SECRET'] },
  reporting: { heapMb: 128, usesBroker: true, usesDatabase: true, secrets: ['OPERATOR_TOKEN'] },
  'fintech-sandbox': {
    heapMb: 96,
    usesBroker: false,
    usesDatabase: true,
    secrets: ['ADMIN_TOKEN', ...PARTNER_SECRETS],
    settings: (urls) => ({
      PUBLIC_URL: urls['fintech-sandbox'],
      AMANAH_CALLBACK_URL: `${urls['fintech-gateway']}/callbacks/amanah`,
      LUMBUNG_CALLBACK_URL: `${urls['fintech-gateway']}/callbacks/lumbung`,
    }),
  },
  portal: {
    heapMb: 128,
    usesBroker: false,
    usesDatabase: false,
    secrets: [],
    settings: (urls) => ({
      PUBLIC_URL: urls.portal,
      MSME_REGISTRY_URL: urls['msme-registry'],
      COMMITMENT_URL: urls.commitment,
      FINTECH_GATEWAY_URL: urls['fintech-gateway'],
      TRAINING_URL: urls.training,
      REPORTING_URL: urls.reporting,
    }),
  },
};

/** Made anew for each run; none stands in the tree. */
export function makeSecrets() {
  const secret = () => randomBytes(24).toString('base64url');
  return {
    OPERATOR_TOKEN: secret(),
    PIN_SECRET: secret(),
    CAPABILITY_SECRET: secret(),
    AMANAH_CLIENT_ID: `ksbb-${randomBytes(4).toString('hex')}`,
    AMANAH_CLIENT_SECRET: secret(),
    LUMBUNG_TOKEN: secret(),
    LUMBUNG_WEBHOOK_SECRET: secret(),
    /** Of the sandbox. */
    ADMIN_TOKEN: secret(),
  };
}

/** The settings of one service besides those that every service has (see platform.ts). */
export function settingsOf(
  name: ServiceName,
  servers: { amqpUrl: string; mongodbUri: string },
  urls: ServiceUrls,
  secrets: Secrets,
): Record<string, string> {
  const service = SERVICES[name];
  return {
    ...(service.usesBroker ? { AMQP_URL: servers.amqpUrl } : {}),
    ...(service.usesDatabase ? { MONGODB_URI: servers.mongodbUri } : {}),
    ...Object.fromEntries(service.secrets.map((secret) => [secret, secrets[secret]])),
    ...service.settings?.(urls),
  };
}
