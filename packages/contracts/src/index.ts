export * from './catalogue.ts';
export * from './collaboration-id.ts';
export * from './event.ts';
export * from './primitives.ts';
export * from './topics.ts';
