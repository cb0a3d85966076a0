export { type Bus, createBus } from './bus.ts';
export { type Following, following } from './follow.ts';
export { NotConfirmedError } from './publisher.ts';
export { type Effect, on, RejectedEvent, type Subscription, TooEarly } from './subscription.ts';
export { declareExchange, declareSubscriber } from './topology.ts';
