import { connect } from 'amqplib';
import { freePort } from '@ksbb/testkit';
import { freshVhost, removeVhost } from '@ksbb/testkit';
import { declareTopology } from './declare.ts';

const bindings = {
  commitment: ['msme-registry.msme-listed.v1'],
  reporting: ['msme-registry.msme-listed.v1', 'training.training-held.v1'],
};

describe('declaring the topology', () => {
  let url: string;
  beforeAll(async () => {
    url = await freshVhost();
  });
  afterAll(() => removeVhost(url));

  test('an event then reaches the queue of each service that is bound to it, and again after a repeat', async () => {
    await declareTopology(url, { bindings });
    await declareTopology(url, { bindings });
    const connection = await connect(url);
    const channel = await connection.createConfirmChannel();
    const publish = (routingKey: string) =>
      new Promise<void>((resolve, reject) => {
        channel.publish('ksbb.events', routingKey, Buffer.from('{}'), { mandatory: true }, (error) =>
          error ? reject(error) : resolve(),
        );
      });
    await publish('msme-registry.msme-listed.v1');
    await publish('training.training-held.v1');
    await publish('training.training-cancelled.v1');
    const depth = async (queue: string) => (await channel.checkQueue(queue)).messageCount;
    expect(await depth('commitment.in')).toBe(1);
    expect(await depth('reporting.in')).toBe(2);
    expect(await depth('ksbb.unrouted')).toBe(1);
    await connection.close();
  });

  test('a queue that stands with other arguments is refused at once, and named', async () => {
    const connection = await connect(url);
    const channel = await connection.createChannel();
    await channel.assertQueue('training.in', { durable: true });
    await connection.close();
    await expect(declareTopology(url, { bindings: { training: [] } })).rejects.toThrow(
      /refuses the topology.*training\.in/,
    );
  });

  test('a broker that stays away is given up after the bound, and the wait is said', async () => {
    const port = await freePort();
    const said: string[] = [];
    const declared = declareTopology(`amqp://127.0.0.1:${port}`, {
      bindings,
      waitMs: 1_500,
      say: (text) => said.push(text),
    });
    await expect(declared).rejects.toThrow(`no broker at 127.0.0.1:${port} within 2 s`);
    expect(said).toEqual([expect.stringContaining(`waiting for the broker at 127.0.0.1:${port}`)]);
  });
});
