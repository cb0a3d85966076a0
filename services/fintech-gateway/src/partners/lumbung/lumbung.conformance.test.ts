import { partnerConformance } from '../../testing/partner-conformance.ts';
import { CREDENTIALS } from '../../testing/credentials.ts';
import { lumbung, lumbungSignature } from './lumbung.ts';

const { LUMBUNG_TOKEN: token, LUMBUNG_WEBHOOK_SECRET: secret } = CREDENTIALS;
const unknown = 'a-secret-that-nobody-knows';
const secrets = { agreed: secret, impostor: unknown, rotated: `${unknown},${secret}` };

partnerConformance({
  name: 'lumbung',
  kind: lumbung,
  environment: (url, credentials) => ({
    LUMBUNG_URL: url,
    LUMBUNG_TOKEN: credentials === 'impostor' ? 'a-token-that-nobody-knows' : token,
    LUMBUNG_WEBHOOK_SECRET: secrets[credentials],
  }),
  sign: (rawBody, _path, now) => {
    const seconds = String(now.getTime() / 1000);
    return {
      'lumbung-signature': `t=${seconds},v1=${lumbungSignature(secret, seconds, rawBody)}`,
      'lumbung-delivery': 'LMB-1-E1',
    };
  },
  idleHeaders: ['lumbung-delivery'],
  eventField: 'type',
  amount: { at: ['data', 'amount'], right: 1, wrong: [0, -1, 1.5, 2 ** 53, '1', null] },
  signsPath: false,
  hasFeed: true,
});
