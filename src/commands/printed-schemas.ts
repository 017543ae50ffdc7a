import { lexicographicSortSchema } from 'graphql';
import { buildManagementSchema } from '../apis/management/schema.ts';
import { buildPlacesSchema } from '../apis/places/places-schema.ts';
import { printSchemaWithCost } from '../cost/print-directives.ts';

export interface PrintedSchema {
  readonly path: string;
  readonly text: string;
}

/** Both schemas with what they cost, sorted: a difference in these files is what a review looks at. */
export function printedSchemas(): readonly PrintedSchema[] {
  return [
    { path: 'test/schema/api.graphql', text: print(buildPlacesSchema()) },
    { path: 'test/schema/management.graphql', text: print(buildManagementSchema()) },
  ];
}

function print(schema: ReturnType<typeof buildPlacesSchema>): string {
  return `${printSchemaWithCost(lexicographicSortSchema(schema)).trimEnd()}\n`;
}
