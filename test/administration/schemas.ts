import { buildSchema, type GraphQLObjectType } from 'graphql';
import type { AdministrationServices } from '../../src/administration/services.ts';
import { buildManagementSchema } from '../../src/apis/management/schema.ts';
import { compileSchema } from '../../src/plan/compile-schema/compile-schema.ts';
import { extensionName } from '../../src/plan/declarations.ts';

/** The real management API, and a protected API of two types; `City.contact` is explicit. */
export function testSchemas(): AdministrationServices['schemas'] {
  const protectedSchema = buildSchema(`
    type Query { city: City country: Country }
    type City { id: ID! name: String! population: Int country: Country contact: String }
    type Country { id: ID! name: String! code: String! }
  `);
  const city = protectedSchema.getType('City') as GraphQLObjectType;
  Object.assign(city.getFields()['contact'] ?? {}, { extensions: { [extensionName]: { explicit: true } } });
  return { API: compileSchema(protectedSchema), MANAGEMENT: compileSchema(buildManagementSchema()) };
}
