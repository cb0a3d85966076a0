/**
 * `npm run dead-letters -- list | show ID | replay | discard [--service S] [--id ID] [--type T] [--reason R] [--error
 * E] [--json]`, on the broker that AMQP_URL names, else on that of the platform that `npm start` runs. `--service
 * unrouted` means events for which there was no queue. Replay and discard need at least one choice.
 */
import { runDeadLetters } from '@ksbb/messaging/dead-letters';
import bindings from '../topology/bindings.json' with { type: 'json' };
import { findBroker } from './find-broker.ts';

try {
  const brokerUrl = findBroker(process.env);
  await runDeadLetters(process.argv.slice(2), { brokerUrl, services: Object.keys(bindings) });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
