/**
 * `npm run sandbox-conformance -- --gateway URL` checks whether a gateway handles callbacks correctly. The credentials
 * come from AMANAH_CLIENT_ID, AMANAH_CLIENT_SECRET and LUMBUNG_WEBHOOK_SECRET. The gateway quarantines one message of
 * each partner, because their contracts do not exist.
 */
import { parseArgs } from 'node:util';
import { checkGateway } from './checks.ts';

const print = (line: string) => void process.stdout.write(`${line}\n`);

function required(name: string): string {
  const value = process.env[name] ?? '';
  if (value === '') throw new Error(`${name} is not set`);
  return value;
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({ options: { gateway: { type: 'string' } } });
  if (values.gateway === undefined || !URL.canParse(values.gateway))
    throw new Error('give --gateway, an address such as http://127.0.0.1:8080');
  const results = await checkGateway({
    gateway: values.gateway.replace(/\/+$/, ''),
    amanah: { clientId: required('AMANAH_CLIENT_ID'), clientSecret: required('AMANAH_CLIENT_SECRET') },
    lumbung: { webhookSecret: required('LUMBUNG_WEBHOOK_SECRET') },
  });
  for (const { ok, partner, check, expected, actual, milliseconds } of results) {
    const wanted = ok ? '' : `, not ${expected} within 1000 ms`;
    print(`${ok ? 'ok    ' : 'FAILED'} ${partner}: ${check}; ${actual} in ${milliseconds} ms${wanted}`);
  }
  const failed = results.filter(({ ok }) => !ok).length;
  print(`${results.length - failed} passed, ${failed} failed`);
  return failed === 0;
}

await main().then(
  (passed) => {
    process.exitCode = passed ? 0 : 1;
  },
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  },
);
