import type { Delivery } from './stores/deliveries.ts';
import type { Message } from './stores/messages.ts';

export type Due = Pick<Delivery, 'deliveryId' | 'messageId' | 'tries'>;

/** A delivery that is due, with what it delivers. */
export type Waiting = { due: Due; message: Message };

/** Hands a delivery that was just kept to whoever delivers to its endpoint. Answers false where nobody does: it is found by looking. */
export type Offer = (endpointId: string, waiting: Waiting) => boolean;
