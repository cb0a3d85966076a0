import { connect } from 'amqplib';
import { mongo } from 'mongoose';
import { type ChildProcess, managementAnswers, untilStarted } from '@ksbb/testkit';

const DEADLINE_MS = 180_000;

/**
 * Resolves with the broker's version once a client can connect. A broker of ours, with its process, has to answer at its
 * management API too.
 */
export function untilRabbitAnswers(url: string, ours?: { process: ChildProcess; managementUrl: string }) {
  return untilAnswers('RabbitMQ', ours?.process, async () => {
    const connection = await connect(url, { timeout: 5000 });
    const { version } = connection.connection.serverProperties;
    await connection.close();
    return (ours === undefined || (await managementAnswers(ours.managementUrl))) && String(version);
  });
}

/** Resolves once a client can really connect and be answered. */
export function untilMongoAnswers(url: string, process?: ChildProcess) {
  return untilAnswers('MongoDB', process, async () => {
    const client = new mongo.MongoClient(url, { serverSelectionTimeoutMS: 2000, connectTimeoutMS: 2000 });
    try {
      return await client.db('admin').command({ ping: 1 });
    } finally {
      await client.close();
    }
  });
}

/** A server that we did not start is tried once: it should be there already. */
async function untilAnswers<T>(
  name: string,
  process: ChildProcess | undefined,
  attempt: () => Promise<T | false>,
): Promise<T> {
  if (process !== undefined) return untilStarted(name, process, attempt, DEADLINE_MS);
  try {
    return (await attempt()) as T;
  } catch (cause) {
    throw new Error(`${name} does not answer: ${(cause as Error).message}`, { cause });
  }
}
