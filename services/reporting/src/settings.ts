import { platformSettings } from '@ksbb/service-kit';

export const settingsSchema = platformSettings;
