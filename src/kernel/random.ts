import { randomBytes } from 'node:crypto';

/** Cryptographically secure bytes, passed in so that tests can repeat a run. */
export type RandomBytes = (size: number) => Uint8Array;

export const systemRandom: RandomBytes = (size) => randomBytes(size);
