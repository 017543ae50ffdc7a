import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Bytes by which the heap has grown once `work` is done, as long as what it answers is held. */
export function heapGrowth(work: () => unknown): number {
  collect();
  const before = process.memoryUsage().heapUsed;
  const held = work();
  collect();
  const grown = process.memoryUsage().heapUsed - before;
  return held === undefined ? 0 : grown;
}

/** Bytes of the heap that somebody still holds. */
export function collectedHeap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}
