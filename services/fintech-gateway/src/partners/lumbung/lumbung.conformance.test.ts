import { patientCalls } from '../../testing/call-settings.ts';
import { partnerConformance } from '../../testing/partner-conformance.ts';
import { CREDENTIALS } from '../../testing/credentials.ts';
import { createCaller } from '../call.ts';
import { createLumbung, lumbungOperations } from './lumbung.ts';
import { lumbungSignature } from './signature.ts';

const { LUMBUNG_TOKEN: token, LUMBUNG_WEBHOOK_SECRET: webhookSecret } = CREDENTIALS;

partnerConformance({
  name: 'lumbung',
  create: (url, impostor) => {
    const caller = createCaller('lumbung', lumbungOperations, patientCalls, () => undefined);
    const settings = { url, token: impostor ? 'a-token-that-nobody-knows' : token, webhookSecret };
    return { partner: createLumbung({ settings, caller }), close: caller.close };
  },
  sign: (rawBody, _path, now) => {
    const seconds = String(now.getTime() / 1000);
    return { 'lumbung-signature': `t=${seconds},v1=${lumbungSignature(webhookSecret, seconds, rawBody)}`, 'lumbung-delivery': 'LMB-1-E1' };
  },
  eventField: 'type',
  signsPath: false,
});
