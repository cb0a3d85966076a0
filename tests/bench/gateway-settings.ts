import { makeSecrets, SERVICE_NAMES, settingsOf, type ServiceUrls } from '../../infra/local/services.ts';
import { type Settings, settingsSchema } from '../../services/fintech-gateway/src/settings.ts';

/** What a bench does not use and the settings demand. */
const SERVERS = { amqpUrl: 'amqp://unused', mongodbUri: 'mongodb://unused/bench' };
const PORTS = { PORT: '1', HEALTH_PORT: '1' };

/** The gateway's settings with the defaults that its README recommends, but for `changes`. Its partners are at `url`. */
export function gatewaySettings(url: string, changes: Record<string, string> = {}): Settings {
  const urls = Object.fromEntries(SERVICE_NAMES.map((name) => [name, url])) as ServiceUrls;
  return settingsSchema.parse({ ...PORTS, ...settingsOf('fintech-gateway', SERVERS, urls, makeSecrets()), ...changes });
}
