export { type Bus, createBus } from './bus.ts';
export { type BroadcastSubscription, onBroadcast } from './broadcast.ts';
export { NotConfirmedError } from './publisher.ts';
export { type Effect, on, RejectedEvent, type Subscription, RetryLater } from './subscription.ts';
export { declareExchange, declareSubscriber } from './topology.ts';
