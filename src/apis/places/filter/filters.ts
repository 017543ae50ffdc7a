import { z } from 'zod';
import { boundedList, storableText } from '../../shared/text.ts';
import type { PlacesBuilder } from '../places-context.ts';

export const longestList = 100;
const text = storableText({ max: 200 });

export function addFilters(builder: PlacesBuilder) {
  const StringFilter = builder.inputType('StringFilter', {
    description: 'Compares by code point: case and accents matter.',
    use: 'OPERATOR',
    fields: (t) => ({
      eq: t.string({ validate: text }),
      in: t.stringList({ validate: boundedList(text, { max: longestList }) }),
      startsWith: t.string({ validate: text }),
      // No index helps to find it.
      contains: t.string({ validate: text, cost: { weight: 40 } }),
    }),
  });
  const IntFilter = builder.inputType('IntFilter', {
    use: 'OPERATOR',
    fields: (t) => ({
      eq: t.int(),
      in: t.intList({ validate: boundedList(z.number(), { max: longestList }) }),
      gte: t.int(),
      lte: t.int(),
    }),
  });
  return { StringFilter, IntFilter };
}

export type FilterRefs = ReturnType<typeof addFilters>;
