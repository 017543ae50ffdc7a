import type { GraphQLCompositeType, GraphQLInputType, GraphQLOutputType, GraphQLSchema } from 'graphql';
import type { MicroPoints } from '../kernel/micro-points.ts';
import type { RateLimitDeclaration } from './declarations.ts';
import type { Verb } from './verb.ts';

/** A field of a concrete object type, or of an input type whose fields map to no entity. */
export interface Coordinate {
  /** Dense from 0; unique in one compiled schema. */
  readonly id: number;
  readonly type: string;
  readonly field: string;
  readonly kind: 'OUTPUT' | 'INPUT';
  /** Never matched by a wildcard rule. */
  readonly explicit: boolean;
  /** OUTPUT only. GATED needs its verbs; OPEN and TRANSPARENT need nothing (a rule that names them has no effect). */
  readonly access: 'GATED' | 'OPEN' | 'TRANSPARENT';
  /** Of a derived field: `read` on each field that it shows something of, and on what those show. Else empty. */
  readonly reads: readonly PrivilegeBit[];
}

/** Bit number of a privilege: `coordinate.id * 3 + verb index`. */
export type PrivilegeBit = number;

/** An object type with all that is known of it before a request. */
export interface CompiledObject {
  /** Dense from 0 over the schema's object types (introspection types excluded). */
  readonly index: number;
  readonly name: string;
  readonly fields: ReadonlyMap<string, CompiledField>;
  /** Price of one instance (default 1 point; Edge, PageInfo and root types 0). */
  readonly weight: MicroPoints;
  readonly structure: Structure | undefined;
}

/** What an object type is for when it holds no data of its own: proved by shape, never by name. */
export type Structure = 'ROOT' | 'CONNECTION' | 'EDGE' | 'PAGE_INFO' | 'PAYLOAD';

export interface CompiledField {
  readonly coordinate: Coordinate;
  /** Bits that selecting it needs: `read` (and what it reads), or a mutation's verbs; empty when OPEN or TRANSPARENT. */
  readonly needs: readonly PrivilegeBit[];
  readonly type: GraphQLOutputType;
  /** Possible object types of a composite result, in index order; empty for a leaf. */
  readonly possibleTypes: readonly CompiledObject[];
  readonly arguments: ReadonlyMap<string, CompiledArgument>;
  /** Verbs by which SET inputs below its arguments are judged; `['read']` outside mutations. */
  readonly inputVerbs: readonly Verb[];
  /** Price of one call (default 0; root mutation fields 10, root subscription fields 10). */
  readonly weight: MicroPoints;
  /** Price of one leaf value, when the type is a weighted scalar or enum; else 0. */
  readonly leafWeight: MicroPoints;
  readonly isList: boolean;
  readonly listSize: ListSize | undefined;
  readonly rateLimit: RateLimitDeclaration | undefined;
}

/** How long a list can be. Of a list field, or of a field whose `sizedFields` are lists (a connection). */
export interface ListSize {
  readonly assumedSize: number | undefined;
  /** Names of arguments; of a list argument the length counts. */
  readonly slicingArguments: readonly string[];
  /** Empty: the field itself is the list. */
  readonly sizedFields: readonly string[];
  readonly requireOneSlicingArgument: boolean;
  readonly maximumSize: number;
  readonly defaultSize: number | undefined;
  /** `assumedSize` is nobody's promise, only the schema's rule for lists that nothing bounds: a longer one is served. */
  readonly mayBeLonger: boolean;
}

export interface CompiledArgument {
  readonly name: string;
  readonly type: GraphQLInputType;
  /** Bits that supplying it needs, whatever its value. */
  readonly needs: readonly PrivilegeBit[];
  /**
   * It looks at a field of an abstract type: each of these bits, with what it reads (see `withReads`), is needed only
   * when the key can see the object type of the field.
   */
  readonly needsWhereVisible: readonly PrivilegeBit[];
  readonly input: CompiledInput | undefined;
  readonly weight: MicroPoints;
  readonly defaultValue: unknown;
}

/** An input object type, or an enum of which some value needs a privilege; leaves without needs are `undefined`. */
export type CompiledInput = CompiledInputObject | CompiledEnum;

export interface CompiledInputObject {
  readonly kind: 'INPUT_OBJECT';
  readonly name: string;
  readonly fields: ReadonlyMap<string, CompiledInputField>;
  /** True when no field below needs a privilege or has a weight: a walk can stop here. */
  readonly inert: boolean;
  /** Some field below needs a privilege. */
  readonly judged: boolean;
}

export interface CompiledInputField {
  readonly name: string;
  readonly type: GraphQLInputType;
  /** Bits per verb of the mutation that stands above: supplied under `createCity`, `needs.write`; under a query, `needs.read`. */
  readonly needs: Readonly<Record<Verb, readonly PrivilegeBit[]>>;
  readonly input: CompiledInput | undefined;
  readonly weight: MicroPoints;
}

export interface CompiledEnum {
  readonly kind: 'ENUM';
  readonly name: string;
  /** Values that look at fields; others are absent. */
  readonly needs: ReadonlyMap<string, readonly PrivilegeBit[]>;
}

/** Everything about a schema that can be known before a request. Immutable; made once by `compileSchema`. */
export interface CompiledSchema {
  readonly schema: GraphQLSchema;
  readonly coordinates: readonly Coordinate[];
  /** By `Type.field`, exact. */
  readonly byText: ReadonlyMap<string, Coordinate>;
  readonly objects: readonly CompiledObject[];
  readonly objectByName: ReadonlyMap<string, CompiledObject>;
  readonly inputs: ReadonlyMap<string, CompiledInput>;
  /** Every bit that something in the schema needs, ascending: the privileges that can matter. */
  readonly neededBits: readonly PrivilegeBit[];
  readonly queryType: CompiledObject;
  readonly mutationType: CompiledObject | undefined;
  readonly subscriptionType: CompiledObject | undefined;
  /** The same array for the same type, in index order. */
  possibleTypes(type: GraphQLCompositeType): readonly CompiledObject[];
}
