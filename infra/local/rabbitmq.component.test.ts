import { tmpdir } from 'node:os';
import { startRabbit } from './rabbitmq.ts';

test('a RABBITMQ_SERVER that is no program is named, and nothing else is started in its place', async () => {
  const before = { ...process.env };
  delete process.env['AMQP_URL'];
  process.env['RABBITMQ_SERVER'] = '/no/such/rabbitmq-server';
  try {
    const started = startRabbit(tmpdir(), () => undefined);
    await expect(started).rejects.toThrow('RABBITMQ_SERVER names /no/such/rabbitmq-server, which is not a program');
  } finally {
    process.env = before;
  }
});
