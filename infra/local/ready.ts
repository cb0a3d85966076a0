import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'amqplib';
import { mongo } from 'mongoose';
import { type ChildProcess, managementAnswers } from '@ksbb/testkit';

const DEADLINE_MS = 180_000;
const PAUSE_MS = 100;

/** Resolves with the broker's version once a client can connect and the management API, where there is one, answers. */
export function untilRabbitAnswers(
  url: string,
  managementUrl: string | undefined,
  process: ChildProcess | undefined,
): Promise<string> {
  return untilAnswers('RabbitMQ', process, async () => {
    const connection = await connect(url, { timeout: 5000 });
    const { version } = connection.connection.serverProperties;
    await connection.close();
    if (managementUrl !== undefined && !(await managementAnswers(managementUrl)))
      throw new Error('no management API yet');
    return String(version);
  });
}

/** Resolves once a client can really connect and be answered. */
export function untilMongoAnswers(url: string, process: ChildProcess | undefined): Promise<void> {
  return untilAnswers('MongoDB', process, async () => {
    const client = new mongo.MongoClient(url, { serverSelectionTimeoutMS: 2000, connectTimeoutMS: 2000 });
    try {
      await client.db('admin').command({ ping: 1 });
    } finally {
      await client.close();
    }
  });
}

/** A server that we did not start is tried once: it should be there already. */
async function untilAnswers<T>(name: string, process: ChildProcess | undefined, attempt: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      if (process === undefined) throw new Error(`${name} does not answer: ${reason}`, { cause });
      if (process.hasEnded()) throw new Error(`${name} ended while starting: ${process.lastLines()}`, { cause });
      if (Date.now() > deadline)
        throw new Error(`${name} does not answer: ${reason}\n${process.lastLines()}`, { cause });
      await sleep(PAUSE_MS);
    }
  }
}
