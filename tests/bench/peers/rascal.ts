import rascal from 'rascal';
import type { Peer } from './peer.ts';

const { BrokerAsPromised, withDefaultConfig } = rascal;

async function broker(
  url: string,
  more: { exchange?: string; queue?: string; publications?: object; subscriptions?: object },
) {
  const { exchange, queue, ...uses } = more;
  const config = withDefaultConfig({
    vhosts: {
      bench: {
        connection: { url, socketOptions: { noDelay: true } },
        exchanges: exchange === undefined ? [] : { [exchange]: { assert: false, check: false } },
        queues: queue === undefined ? [] : { [queue]: { assert: false, check: false } },
      },
    },
    ...uses,
  });
  const created = await BrokerAsPromised.create(config);
  created.on('error', () => undefined);
  return created;
}

export const rascalPeer: Peer = {
  peer: 'rascal',
  publisher: async (url, exchange, routingKey) => {
    const created = await broker(url, { exchange, publications: { out: { vhost: 'bench', exchange, routingKey } } });
    return {
      publish: async ({ content, options: { messageId, ...options } }) => {
        const publication = await created.publish('out', content, { options: { ...options, messageId } });
        await new Promise((resolve, reject) => publication.on('success', resolve).on('error', reject));
      },
      close: () => created.shutdown(),
    };
  },
  consumer: async (url, queue, prefetch, handle) => {
    const created = await broker(url, { queue, subscriptions: { take: { vhost: 'bench', queue, prefetch } } });
    const subscription = await created.subscribe('take');
    subscription.on('message', (_message, _content, ackOrNack: () => void) => {
      handle();
      ackOrNack();
    });
    subscription.on('error', () => undefined);
    return { close: () => created.shutdown() };
  },
};
