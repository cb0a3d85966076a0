import { makeSecrets, SERVICE_NAMES, type ServiceName, SERVICES } from '../../infra/local/services.ts';
import { type Settings, settingsSchema } from '../../services/fintech-gateway/src/settings.ts';

/** What a bench does not use and the settings demand. */
const UNUSED = { AMQP_URL: 'amqp://unused', MONGODB_URI: 'mongodb://unused/bench', PORT: '1', HEALTH_PORT: '1' };

/** The gateway's settings with the defaults that its README recommends, but for `changes`. Its partners are at `url`. */
export function gatewaySettings(url: string, changes: Record<string, string> = {}): Settings {
  const urls = Object.fromEntries(SERVICE_NAMES.map((name) => [name, url])) as Record<ServiceName, string>;
  const own = SERVICES['fintech-gateway'].settings({ urls, secrets: makeSecrets() });
  return settingsSchema.parse({ ...UNUSED, ...own, ...changes });
}
