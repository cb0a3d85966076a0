import type { id } from './id.ts';

/** The shape of a catalogue: Indonesian is written first, every other language has the same texts. */
export type Texts = typeof id;
