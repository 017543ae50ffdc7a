import { codedError } from '../../kernel/errors.ts';
import { largestPageSize } from '../shared/connection.ts';

/** Of plain lists, which are shorter than a connection's pages. */
const defaultLength = 10;

/** The `first` of a plain list; an explicit null is the default. */
export function pageSizeOf(first: number | null | undefined): number {
  const size = first ?? defaultLength;
  if (size >= 0 && size <= largestPageSize) return size;
  throw codedError('PAGE_SIZE_OUT_OF_RANGE', `\`first\` must be from 0 to ${largestPageSize}.`, {
    maximumSize: largestPageSize,
  });
}

/** What the gate must know to price such a list. */
export const plainListCost = {
  listSize: { slicingArguments: ['first'], defaultSize: defaultLength, maximumSize: largestPageSize },
} as const;
