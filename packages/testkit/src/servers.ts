import { randomBytes } from 'node:crypto';
import { mongo } from 'mongoose';
import { addVhost, removeVhost as remove } from './rabbitmq-management.ts';

/** An empty virtual host of the test broker; its AMQP URL. Remove it with `removeVhost` when done. */
export async function freshVhost(): Promise<string> {
  return addVhost(setting('KSBB_TEST_AMQP_URL'), setting('KSBB_TEST_MANAGEMENT_URL'), `test-${randomName()}`);
}

/** Removes a virtual host made by `freshVhost`; connections to it are closed by the broker. */
export async function removeVhost(amqpUrl: string): Promise<void> {
  await remove(amqpUrl, setting('KSBB_TEST_MANAGEMENT_URL'));
}

/** The URI of a database that does not exist yet; `name` helps to recognise it. Remove it with `removeDatabase`. */
export function freshDatabase(name: string): string {
  const uri = new URL(setting('KSBB_TEST_MONGODB_URI'));
  uri.pathname = `/test-${name}-${randomName()}`;
  return uri.href;
}

/** Removes a database made by `freshDatabase`. */
export async function removeDatabase(uri: string): Promise<void> {
  const client = new mongo.MongoClient(uri, { serverSelectionTimeoutMS: 5000 });
  try {
    await client.db().dropDatabase();
  } finally {
    await client.close();
  }
}

function randomName(): string {
  return randomBytes(6).toString('hex');
}

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(
      `${name} is not set: run the tests by npm test, or start node infra/local/backing.ts and export what it prints`,
    );
  }
  return value;
}
