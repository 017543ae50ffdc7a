import { codedError } from '../../../kernel/errors.ts';

/** What the gate must know to price a list that `first` bounds. */
export function listOf(defaultSize: number, maximumSize: number) {
  return { listSize: { slicingArguments: ['first'], defaultSize, maximumSize } } as const;
}

/** An explicit null is the default. */
export function firstOf(first: number | null | undefined, defaultSize: number, maximumSize: number): number {
  const size = first ?? defaultSize;
  if (size >= 0 && size <= maximumSize) return size;
  throw codedError('PAGE_SIZE_OUT_OF_RANGE', `\`first\` must be from 0 to ${maximumSize}.`, { maximumSize });
}
