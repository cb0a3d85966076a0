import { connect } from 'amqplib';
import mongoose from 'mongoose';
import { freshDatabase, freshVhost, removeDatabase, removeVhost } from './servers.ts';

describe('the servers that tests share', () => {
  test('a fresh virtual host takes a quorum queue and is gone after its removal', async () => {
    const url = await freshVhost();
    const connection = await connect(url);
    connection.on('error', () => undefined);
    const channel = await connection.createChannel();
    await channel.assertQueue('tried', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await connection.close();
    await removeVhost(url);
    await expect(connect(url)).rejects.toThrow();
  });

  test('two fresh databases do not see each other, and removal empties one', async () => {
    const [first, second] = [freshDatabase('tried'), freshDatabase('tried')];
    const one = await mongoose.createConnection(first).asPromise();
    const two = await mongoose.createConnection(second).asPromise();
    await one.collection('things').insertOne({ name: 'first' });
    expect(await two.collection('things').countDocuments()).toBe(0);
    await removeDatabase(first);
    expect(await one.collection('things').countDocuments()).toBe(0);
    await Promise.all([one.close(), two.close()]);
  });
});
