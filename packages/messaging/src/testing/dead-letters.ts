/** The command as a process, for tests that kill it. */
import { runDeadLetters } from '../dead-letters/command.ts';

await runDeadLetters(process.argv.slice(2), {
  brokerUrl: process.env['AMQP_URL'] ?? '',
  services: ['commitment', 'reporting'],
});
