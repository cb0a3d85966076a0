import { partnerConformance } from '../../testing/partner-conformance.ts';
import { CREDENTIALS } from '../../testing/credentials.ts';
import { amanah, amanahSignature } from './amanah.ts';

const { AMANAH_CLIENT_ID, AMANAH_CLIENT_SECRET: secret } = CREDENTIALS;
const unknown = 'a-secret-that-nobody-knows';
const secrets = { agreed: secret, impostor: unknown, rotated: `${unknown},${secret}` };

partnerConformance({
  name: 'amanah',
  kind: amanah,
  environment: (url, credentials) => ({
    AMANAH_URL: url,
    AMANAH_CLIENT_ID,
    AMANAH_CLIENT_SECRET: secrets[credentials],
  }),
  sign: (body, pathWithQuery, now) => {
    const timestamp = now.toISOString();
    const signature = amanahSignature(secret, { method: 'POST', pathWithQuery, body, timestamp });
    return {
      'x-partner-id': AMANAH_CLIENT_ID,
      'x-timestamp': timestamp,
      'x-signature': signature,
      'x-external-id': 'AMN-1-E1',
    };
  },
  idleHeaders: ['x-external-id'],
  eventField: 'event',
  amount: {
    at: ['data', 'amount', 'value'],
    right: '1.00',
    wrong: ['0.00', '-1.00', '1.50', '1', '9007199254740993.00', 1, null],
  },
  signsPath: true,
  hasFeed: false,
});
