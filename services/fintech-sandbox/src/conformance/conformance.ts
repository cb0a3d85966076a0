/**
 * `npm run sandbox-conformance -- --gateway URL`: whether a gateway takes callbacks as it should. Credentials come from the
 * environment, under the names of the settings: AMANAH_CLIENT_ID, AMANAH_CLIENT_SECRET, LUMBUNG_WEBHOOK_SECRET. It leaves one
 * message of each partner set aside there, about a contract that does not exist.
 */
import { parseArgs } from 'node:util';
import { checkGateway } from './checks.ts';

const say = (line: string) => void process.stdout.write(`${line}\n`);

function needed(name: string): string {
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
    amanah: { clientId: needed('AMANAH_CLIENT_ID'), clientSecret: needed('AMANAH_CLIENT_SECRET') },
    lumbung: { webhookSecret: needed('LUMBUNG_WEBHOOK_SECRET') },
  });
  for (const { ok, partner, check, expected, actual, milliseconds } of results) {
    say(
      `${ok ? 'ok    ' : 'FAILED'} ${partner}: ${check}; ${actual} in ${milliseconds} ms${ok ? '' : `, not ${expected} within 1000 ms`}`,
    );
  }
  const failed = results.filter(({ ok }) => !ok).length;
  say(`${results.length - failed} passed, ${failed} failed`);
  return failed === 0;
}

await main().then(
  (isFine) => {
    process.exitCode = isFine ? 0 : 1;
  },
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  },
);
