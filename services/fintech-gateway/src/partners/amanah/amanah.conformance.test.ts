import { patientCalls } from '../../testing/call-settings.ts';
import { partnerConformance } from '../../testing/partner-conformance.ts';
import { CREDENTIALS } from '../../testing/credentials.ts';
import { createCaller } from '../call.ts';
import { amanahOperations, createAmanah } from './amanah.ts';
import { amanahSignature } from './signature.ts';

const { AMANAH_CLIENT_ID: clientId, AMANAH_CLIENT_SECRET: clientSecret } = CREDENTIALS;

partnerConformance({
  name: 'amanah',
  create: (url, impostor) => {
    const caller = createCaller('amanah', amanahOperations, patientCalls, () => undefined);
    const settings = { url, clientId, clientSecret: impostor ? 'a-secret-that-nobody-knows' : clientSecret };
    return { partner: createAmanah({ settings, caller, clock: () => new Date() }), close: caller.close };
  },
  sign: (body, pathWithQuery, now) => {
    const timestamp = now.toISOString();
    const signature = amanahSignature(clientSecret, { method: 'POST', pathWithQuery, body, timestamp });
    return { 'x-partner-id': clientId, 'x-timestamp': timestamp, 'x-signature': signature, 'x-external-id': 'AMN-1-E1' };
  },
  eventField: 'event',
  signsPath: true,
});
