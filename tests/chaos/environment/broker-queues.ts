import { type Channel, type ConfirmChannel, connect, type GetMessage, type Options } from 'amqplib';
import { SUBSCRIBERS } from '../../scenario/environment.ts';

export type Subscriber = (typeof SUBSCRIBERS)[number];

const EXCHANGE = 'ksbb.events';
const UNROUTED = 'ksbb.unrouted';
const TAKEN_AT_MOST = 10_000;

/** `service` is `ksbb.unrouted` for what no queue took. */
export type DeadLetter = { service: string; messageId: string; reason: string };

/** A message as the harness sends it; without a queue it goes to the exchange of events. */
export type Sent = { queue?: string; routingKey?: string; content: Buffer; properties: Options.Publish };

/** The broker as the harness uses it, past the proxies. */
export type BrokerQueues = {
  /**
   * How many messages wait to be handled, now or in a retry tier: in all queues of services but the dead-letter queues.
   */
  waiting: () => Promise<number>;
  send: (messages: readonly Sent[]) => Promise<void>;
  /** Takes out the dead letters of all services and what no queue took. */
  takeDead: () => Promise<DeadLetter[]>;
  countDead: (service: Subscriber) => Promise<number>;
  /**
   * Unbinds a service's queue from its events, or binds it again. Meanwhile it gets only what is sent to it directly.
   */
  bind: (service: Subscriber, routingKeys: readonly string[], bound: boolean) => Promise<void>;
};

const asConfirmed = (channel: ConfirmChannel, { queue, routingKey = '', content, properties }: Sent) =>
  new Promise<void>((resolve, reject) => {
    const [exchange, key] = queue === undefined ? [EXCHANGE, routingKey] : ['', queue];
    channel.publish(exchange, key, content, { persistent: true, ...properties }, (error) =>
      error ? reject(error as Error) : resolve(),
    );
  });

function deadLetterOf(service: string, { properties }: GetMessage): DeadLetter {
  const reason: unknown = properties.headers?.['x-ksbb-reason'];
  return { service, messageId: String(properties.messageId ?? 'none'), reason: String(reason ?? 'by the broker') };
}

async function takeAll(channel: Channel, queue: string): Promise<GetMessage[]> {
  const taken: GetMessage[] = [];
  while (taken.length < TAKEN_AT_MOST) {
    const message = await channel.get(queue);
    if (message === false) break;
    channel.ack(message);
    taken.push(message);
  }
  return taken;
}

/** The queues in which messages of services wait to be handled, however many there are of each service. */
async function workingQueues(managementUrl: string): Promise<string[]> {
  const { origin, username, password } = new URL(managementUrl);
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization = `Basic ${Buffer.from(user).toString('base64')}`;
  const response = await fetch(`${origin}/api/queues?columns=name`, {
    headers: { authorization },
    signal: AbortSignal.timeout(10_000),
  });
  const names = ((await response.json()) as { name: string }[]).map(({ name }) => name);
  return names.filter((name) =>
    SUBSCRIBERS.some((service) => name.startsWith(`${service}.`) && name !== `${service}.dead`),
  );
}

export function brokerQueues(url: string, managementUrl: string): BrokerQueues {
  const working = workingQueues(managementUrl);
  // Awaited with each look; without this a management API that is away would end the process.
  working.catch(() => undefined);

  async function withChannel<T>(use: (channel: ConfirmChannel) => Promise<T>): Promise<T> {
    const connection = await connect(url, { timeout: 5_000 });
    connection.on('error', () => undefined);
    try {
      const channel = await connection.createConfirmChannel();
      channel.on('error', () => undefined);
      return await use(channel);
    } finally {
      await connection.close().catch(() => undefined);
    }
  }

  return {
    waiting: () =>
      withChannel(async (channel) => {
        const counts = await Promise.all((await working).map((queue) => channel.checkQueue(queue)));
        return counts.reduce((sum, { messageCount }) => sum + messageCount, 0);
      }),
    send: (messages) =>
      withChannel(async (channel) => {
        await Promise.all(messages.map((message) => asConfirmed(channel, message)));
      }),
    takeDead: () =>
      withChannel(async (channel) => {
        const dead: DeadLetter[] = [];
        for (const service of SUBSCRIBERS)
          dead.push(...(await takeAll(channel, `${service}.dead`)).map((message) => deadLetterOf(service, message)));
        dead.push(...(await takeAll(channel, UNROUTED)).map((message) => deadLetterOf(UNROUTED, message)));
        return dead;
      }),
    countDead: (service) => withChannel(async (channel) => (await channel.checkQueue(`${service}.dead`)).messageCount),
    bind: (service, routingKeys, bound) =>
      withChannel(async (channel) => {
        for (const key of routingKeys)
          await (bound
            ? channel.bindQueue(`${service}.in`, EXCHANGE, key)
            : channel.unbindQueue(`${service}.in`, EXCHANGE, key));
      }),
  };
}
