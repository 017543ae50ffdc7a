import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isListType,
  isObjectType,
} from 'graphql';
import type { Structure } from '../compiled-schema.ts';
import { readInputType, readType } from './read-declarations.ts';

type OutputField = GraphQLField<unknown, unknown>;

/** What the shape of a schema proves about its object types. */
export interface ProvenStructure {
  structureOf(type: GraphQLObjectType): Structure | undefined;
  /** The field carries only what stands below it. */
  isTransparent(type: GraphQLObjectType, field: OutputField): boolean;
  /** Every field whose result can be an object of this type, with the type that it stands in. */
  returnersOf(type: GraphQLObjectType): readonly Returner[];
  /** The object type whose instances the field yields: a connection's nodes, a list's elements. */
  entityOf(field: OutputField): GraphQLObjectType | undefined;
}

export interface Returner {
  readonly type: GraphQLObjectType;
  readonly field: OutputField;
}

const connectionFields = ['edges', 'nodes', 'pageInfo', 'totalCount'];
const pageInfoFields = ['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor'];

export function proveStructure(schema: GraphQLSchema): ProvenStructure {
  const objects = objectTypes(schema);
  const returners = collectReturners(schema, objects);
  const structures = new Map<GraphQLObjectType, Structure>();
  for (const type of objects) {
    if (!isConnection(type)) continue;
    structures.set(type, 'CONNECTION');
    markIfObject(structures, type, 'edges', 'EDGE');
    markIfObject(structures, type, 'pageInfo', 'PAGE_INFO');
  }
  const entities = declaredEntities(schema);
  const mutation = schema.getMutationType();
  for (const type of objects) {
    if (structures.has(type) || entities.has(type.name) || readType(type).open) continue;
    const from = returners.get(type) ?? [];
    if (from.length > 0 && from.every((returner) => returner.type === mutation)) structures.set(type, 'PAYLOAD');
  }
  for (const root of [schema.getQueryType(), mutation, schema.getSubscriptionType()]) {
    if (root) structures.set(root, 'ROOT');
  }
  return {
    structureOf: (type) => structures.get(type),
    returnersOf: (type) => returners.get(type) ?? [],
    isTransparent: (type, field) => isTransparentField(structures.get(type), type, field),
    entityOf: (field) => entityOf(field, structures),
  };
}

export function objectTypes(schema: GraphQLSchema): readonly GraphQLObjectType[] {
  return Object.values(schema.getTypeMap()).filter(
    (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
  );
}

function isTransparentField(structure: Structure | undefined, type: GraphQLObjectType, field: OutputField): boolean {
  const leaf = isLeafType(getNamedType(field.type));
  switch (structure) {
    case 'CONNECTION':
      if (field.name === 'nodes') return isListOf(field, nodeTypeOf(type));
      return connectionFields.includes(field.name) && leaf === (field.name === 'totalCount');
    case 'EDGE':
      return field.name === 'node' || (field.name === 'cursor' && leaf);
    case 'PAGE_INFO':
      return leaf && pageInfoFields.includes(field.name);
    case 'PAYLOAD':
      return !leaf;
    default:
      return false;
  }
}

/** Relay's connection: `edges` is a list of objects with `node` and `cursor`, `pageInfo` says whether there is more. */
function isConnection(type: GraphQLObjectType): boolean {
  const { edges, pageInfo } = type.getFields();
  if (edges === undefined || pageInfo === undefined || !isListType(getNullableType(edges.type))) return false;
  return isEdge(getNamedType(edges.type)) && isPageInfo(getNamedType(pageInfo.type));
}

function isEdge(type: unknown): type is GraphQLObjectType {
  if (!isObjectType(type)) return false;
  const { node, cursor } = type.getFields();
  if (node === undefined || cursor === undefined) return false;
  return (
    isCompositeType(getNamedType(node.type)) &&
    !isListType(getNullableType(node.type)) &&
    isLeafType(getNullableType(cursor.type))
  );
}

function isPageInfo(type: unknown): boolean {
  if (!isObjectType(type)) return false;
  const { hasNextPage } = type.getFields();
  return hasNextPage !== undefined && getNamedType(hasNextPage.type).name === 'Boolean';
}

function nodeTypeOf(connection: GraphQLObjectType): unknown {
  const edge = getNamedType(connection.getFields()['edges']?.type);
  return isEdge(edge) ? getNamedType(edge.getFields()['node']?.type) : undefined;
}

function isListOf(field: OutputField, element: unknown): boolean {
  return isListType(getNullableType(field.type)) && getNamedType(field.type) === element;
}

function entityOf(
  field: OutputField,
  structures: ReadonlyMap<GraphQLObjectType, Structure>,
): GraphQLObjectType | undefined {
  const type = getNamedType(field.type);
  if (!isObjectType(type)) return undefined;
  if (structures.get(type) !== 'CONNECTION') return type;
  const node = nodeTypeOf(type);
  return isObjectType(node) ? node : undefined;
}

function markIfObject(
  structures: Map<GraphQLObjectType, Structure>,
  connection: GraphQLObjectType,
  field: string,
  structure: Structure,
): void {
  const type = getNamedType(connection.getFields()[field]?.type);
  if (isObjectType(type)) structures.set(type, structure);
}

function collectReturners(
  schema: GraphQLSchema,
  objects: readonly GraphQLObjectType[],
): ReadonlyMap<GraphQLObjectType, readonly Returner[]> {
  const returners = new Map<GraphQLObjectType, Returner[]>();
  for (const type of objects) {
    for (const field of Object.values(type.getFields())) {
      const result = getNamedType(field.type);
      const possible = isAbstractType(result) ? schema.getPossibleTypes(result) : isObjectType(result) ? [result] : [];
      for (const object of possible) {
        const list = returners.get(object);
        if (list) list.push({ type, field });
        else returners.set(object, [{ type, field }]);
      }
    }
  }
  return returners;
}

function declaredEntities(schema: GraphQLSchema): ReadonlySet<string> {
  const entities = new Set<string>();
  for (const type of Object.values(schema.getTypeMap())) {
    const entity = 'getFields' in type && !('getInterfaces' in type) ? readInputType(type).entity : undefined;
    if (entity !== undefined) entities.add(entity);
  }
  return entities;
}
