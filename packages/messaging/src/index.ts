export { type Bus, createBus } from './bus.ts';
export { type BroadcastSubscription, onBroadcast } from './broadcast.ts';
export { on, RejectedEvent, type Subscription, RetryLater } from './subscription.ts';
export { declareExchange, declareSubscriber } from './topology.ts';
