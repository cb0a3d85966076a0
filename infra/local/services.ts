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

/** Made anew for each run; none stands in the tree. */
export type Secrets = ReturnType<typeof makeSecrets>;

export type ServiceContext = {
  /** The public address of each service. */
  urls: Record<ServiceName, string>;
  secrets: Secrets;
};

export type ServiceSpec = {
  /** Most JavaScript heap, in MB. */
  heapMb: number;
  usesBroker: boolean;
  usesDatabase: boolean;
  /** Its settings besides those that every service has (see platform.ts). */
  settings: (context: ServiceContext) => Record<string, string>;
};

export function makeSecrets() {
  const secret = () => randomBytes(24).toString('base64url');
  return {
    operatorToken: secret(),
    pinSecret: secret(),
    capabilitySecret: secret(),
    amanahClientId: `ksbb-${randomBytes(4).toString('hex')}`,
    amanahClientSecret: secret(),
    lumbungToken: secret(),
    lumbungWebhookSecret: secret(),
    sandboxAdminToken: secret(),
  };
}

/** What each service is started with; the names are those of its settings.ts. */
export const SERVICES: Record<ServiceName, ServiceSpec> = {
  'msme-registry': {
    heapMb: 192,
    usesBroker: true,
    usesDatabase: true,
    settings: ({ secrets }) => ({ OPERATOR_TOKEN: secrets.operatorToken }),
  },
  commitment: {
    heapMb: 128,
    usesBroker: true,
    usesDatabase: true,
    settings: ({ secrets }) => ({
      OPERATOR_TOKEN: secrets.operatorToken,
      PIN_SECRET: secrets.pinSecret,
      CAPABILITY_SECRET: secrets.capabilitySecret,
      PARTNERS: 'amanah,lumbung',
    }),
  },
  'fintech-gateway': {
    heapMb: 128,
    usesBroker: true,
    usesDatabase: true,
    settings: ({ urls, secrets }) => ({
      OPERATOR_TOKEN: secrets.operatorToken,
      CAPABILITY_SECRET: secrets.capabilitySecret,
      AMANAH_URL: `${urls['fintech-sandbox']}/amanah`,
      AMANAH_CLIENT_ID: secrets.amanahClientId,
      AMANAH_CLIENT_SECRET: secrets.amanahClientSecret,
      LUMBUNG_URL: `${urls['fintech-sandbox']}/lumbung`,
      LUMBUNG_TOKEN: secrets.lumbungToken,
      LUMBUNG_WEBHOOK_SECRET: secrets.lumbungWebhookSecret,
    }),
  },
  training: {
    heapMb: 96,
    usesBroker: true,
    usesDatabase: true,
    settings: ({ secrets }) => ({
      OPERATOR_TOKEN: secrets.operatorToken,
      CAPABILITY_SECRET: secrets.capabilitySecret,
    }),
  },
  reporting: {
    heapMb: 128,
    usesBroker: true,
    usesDatabase: true,
    settings: ({ secrets }) => ({ OPERATOR_TOKEN: secrets.operatorToken }),
  },
  'fintech-sandbox': {
    heapMb: 96,
    usesBroker: false,
    usesDatabase: true,
    settings: ({ urls, secrets }) => ({
      PUBLIC_URL: urls['fintech-sandbox'],
      ADMIN_TOKEN: secrets.sandboxAdminToken,
      AMANAH_CLIENT_ID: secrets.amanahClientId,
      AMANAH_CLIENT_SECRET: secrets.amanahClientSecret,
      AMANAH_CALLBACK_URL: `${urls['fintech-gateway']}/callbacks/amanah`,
      LUMBUNG_TOKEN: secrets.lumbungToken,
      LUMBUNG_WEBHOOK_SECRET: secrets.lumbungWebhookSecret,
      LUMBUNG_CALLBACK_URL: `${urls['fintech-gateway']}/callbacks/lumbung`,
    }),
  },
  portal: {
    heapMb: 128,
    usesBroker: false,
    usesDatabase: false,
    settings: ({ urls }) => ({
      PUBLIC_URL: urls.portal,
      MSME_REGISTRY_URL: urls['msme-registry'],
      COMMITMENT_URL: urls.commitment,
      FINTECH_GATEWAY_URL: urls['fintech-gateway'],
      TRAINING_URL: urls.training,
      REPORTING_URL: urls.reporting,
    }),
  },
};
