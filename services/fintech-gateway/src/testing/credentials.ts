/** What the gateway of the tests and the partners' sandbox know of each other. */
export const CREDENTIALS = {
  AMANAH_CLIENT_ID: 'ksbb-umkm',
  AMANAH_CLIENT_SECRET: 'amanah-secret-of-the-tests',
  LUMBUNG_TOKEN: 'lumbung-token-of-the-tests',
  LUMBUNG_WEBHOOK_SECRET: 'lumbung-secret-of-the-tests',
};
