import { buildSchema, type GraphQLSchema } from 'graphql';
import { compileSchema } from '../../src/plan/compile-schema/compile-schema.ts';
import type { CompiledSchema } from '../../src/plan/compiled-schema.ts';
import type { DeclarationConfig } from '../../src/plan/declarations.ts';
import { declare } from '../../src/plan/declare.ts';

/** A small API with everything that the gate has an opinion on. */
export const placesSdl = /* GraphQL */ `
  type Query {
    viewer: Viewer!
    node(id: ID!): Node
    city(id: ID!): City
    cities(filter: CityFilter, orderBy: CityOrder, first: Int, after: String, last: Int, before: String): CityConnection!
    country(code: String!): Country
    searchPlaces(text: String!, first: Int = 10): [Place!]!
    anything: Anything
  }
  type Viewer { keyId: ID! name: String }
  interface Node { id: ID! }
  interface Place { id: ID! name: String! }
  union Anything = City | Country | Secret
  type City implements Node & Place {
    id: ID! name: String! population: Int location: Location country: Country!
    contributorEmail: String status: CityStatus
    nearby(radiusKm: Float!, first: Int = 10): [City!]!
  }
  enum CityStatus { ACTIVE ABANDONED }
  type Country implements Node & Place { id: ID! name: String! code: String! cities(first: Int, after: String): CityConnection! }
  type Secret implements Node { id: ID! plan: String! }
  type Location { latitude: Float! longitude: Float! }
  type CityConnection { edges: [CityEdge] nodes: [City] pageInfo: PageInfo! totalCount: Int! averagePopulation: Float }
  type CityEdge { node: City cursor: String! distance: Float }
  type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
  input CityFilter { name: StringFilter population: IntFilter countryCode: StringFilter country: CountryFilter and: [CityFilter!] status: CityStatus }
  input CountryFilter { code: String }
  input StringFilter { eq: String in: [String!] }
  input IntFilter { gte: Int lte: Int }
  input CityOrder { field: CityOrderField! direction: OrderDirection! = ASC }
  enum CityOrderField { NAME POPULATION CREATED }
  enum OrderDirection { ASC DESC }
  type Mutation {
    createCity(input: CreateCityInput!): CreateCityPayload!
    updateCity(input: UpdateCityInput!): UpdateCityPayload!
    upsertCity(input: CreateCityInput!): CreateCityPayload!
    deleteCity(input: DeleteCityInput!): DeleteCityPayload!
    createKey(name: String!): CreateKeyPayload!
    tagCities(inputs: [CreateCityInput!]!): CreateCityPayload!
  }
  input CreateCityInput { name: String! population: Int = 7 contributorEmail: String note: String location: LocationInput parts: [CreateCityInput!] idempotencyKey: String }
  input UpdateCityInput { id: ID! name: String population: Int formerName: String }
  input DeleteCityInput { id: ID! etag: String }
  input LocationInput { latitude: Float! longitude: Float! }
  type CreateCityPayload { city: City }
  type UpdateCityPayload { city: City }
  type DeleteCityPayload { deletedCityId: ID! }
  type CreateKeyPayload { key: String owner: Country }
  type Subscription { cityChanged(countryCode: String): CityChange! }
  type CityChange { action: String! city: City }
`;

export const placesDeclarations: DeclarationConfig = {
  mutations: {
    createCity: ['write'],
    upsertCity: ['write', 'update'],
    createKey: ['write'],
    tagCities: ['write'],
    default: ['update'],
  },
  types: { Viewer: { open: true } },
  open: ['Query.viewer'],
  explicit: ['City.contributorEmail'],
  fields: {
    'Query.searchPlaces': { cost: { listSize: { slicingArguments: ['first'] } } },
    'City.nearby': { cost: { listSize: { slicingArguments: ['first'] } } },
  },
  arguments: {
    'Query.country(code:)': { looksAt: ['Country.code'] },
    'Query.searchPlaces(text:)': { looksAt: ['Place.name'] },
    'City.nearby(radiusKm:)': { looksAt: ['City.location'] },
    'Mutation.createKey(name:)': { looksAt: [] },
    'Subscription.cityChanged(countryCode:)': { looksAt: ['Country.code'] },
  },
  inputs: { CityFilter: { entity: 'City', use: 'FILTER' } },
  inputFields: {
    'CityFilter.countryCode': { looksAt: ['Country.code'] },
    'UpdateCityInput.formerName': { looksAt: ['City.name'] },
  },
  enumValues: { 'CityOrderField.CREATED': { looksAt: [] } },
};

export function placesSchema(): GraphQLSchema {
  return declare(buildSchema(placesSdl), placesDeclarations);
}

export const places: CompiledSchema = compileSchema(placesSchema());

export function schemaOf(sdl: string, config: DeclarationConfig = {}): CompiledSchema {
  return compileSchema(declare(buildSchema(sdl), config));
}
