/**
 * What an API's author declares about a schema, beside its types. It stands in `extensions.fieldpass` of fields,
 * arguments, types, input fields and enum values: the Pothos plugins write it there, and `declare(schema, config)`
 * writes it there for a schema that was not built with Pothos. `compileSchema` reads nothing else.
 */
import type { Verb } from './verb.ts';

/** A schema coordinate of a field, `Type.field` (GraphQL spec, "Schema Coordinates"). */
export type CoordinateText = `${string}.${string}`;

/** Cost of one call, in points; `weight` may have decimals. IBM's `@cost`. */
export interface CostDeclaration {
  readonly weight?: number;
  readonly listSize?: ListSizeDeclaration;
}

/** IBM's `@listSize`. */
export interface ListSizeDeclaration {
  readonly assumedSize?: number;
  readonly slicingArguments?: readonly string[];
  readonly sizedFields?: readonly string[];
  readonly requireOneSlicingArgument?: boolean;
  /** Largest value that a slicing argument may take; more is `PAGE_SIZE_OUT_OF_RANGE`. */
  readonly maximumSize?: number;
  /** Length when no slicing argument is given (a connection's default page). */
  readonly defaultSize?: number;
}

/** Call limit of one field per key, enforced through graphql-rate-limit. `window` is a duration, `1m` or `PT1M`. */
export interface RateLimitDeclaration {
  readonly max: number;
  readonly window: string;
  readonly identityArgs?: readonly string[];
}

export interface FieldDeclaration {
  /** Verbs of a mutation's root field; required there, impossible elsewhere. */
  readonly verbs?: readonly Exclude<Verb, 'read'>[];
  /** Never matched by a wildcard rule. Of an interface's field: in all its object types that do not say `false`. */
  readonly explicit?: boolean;
  /** Readable by every valid key. */
  readonly open?: boolean;
  /** Structure, not data: only what it carries is judged. */
  readonly transparent?: boolean;
  /**
   * Fields that a derived one shows something of, directly or through what it calls: `read` on each is needed beside its
   * own. A name of an interface's field stands for those of all its object types; what is declared on an interface's
   * field is added to what each of its object types declares.
   */
  readonly reads?: readonly CoordinateText[];
  /** A delete: needs `update` on every field of this entity that is not explicit. */
  readonly deletes?: string;
  readonly cost?: CostDeclaration;
  readonly rateLimit?: RateLimitDeclaration;
}

export interface ArgumentDeclaration {
  /** Fields that the argument filters, orders or searches by; `[]` declares it neutral. */
  readonly looksAt?: readonly CoordinateText[];
  /** Of a mutation's argument that is a value to store: judged by the mutation's verbs on this field. */
  readonly sets?: CoordinateText;
  readonly weight?: number;
}

/** Of object and interface types; `weight` also of scalars and enums. */
export interface TypeDeclaration {
  /** All fields are readable by every valid key, now and later. */
  readonly open?: boolean;
  readonly weight?: number;
}

export interface InputTypeDeclaration {
  /** The object type whose fields the input fields set, filter or order by. */
  readonly entity?: string;
  /**
   * `SET`: values to store, judged by the mutation's verbs (the default under a mutation).
   * `FILTER`: judged by `read`, wherever it stands. `OPERATOR`: structure without meaning of its own (`eq`, `gte`, `and`).
   */
  readonly use?: 'SET' | 'FILTER' | 'OPERATOR';
}

export interface InputFieldDeclaration {
  /** The entity field that this input field sets or filters by, when its name differs: `City.population`. */
  readonly sets?: CoordinateText;
  /** It finds the object to change by these fields: `read` on each. `[]` declares it neutral (global ids, etag). */
  readonly looksAt?: readonly CoordinateText[];
  readonly weight?: number;
}

export interface EnumValueDeclaration {
  /** An order or group-by value reads these fields. */
  readonly looksAt?: readonly CoordinateText[];
}

/** Of the schema itself: rules for what a schema that was not written for Fieldpass leaves unsaid. */
export interface SchemaDeclaration {
  /** Length of a list that nothing bounds; without it such a list is a build error. */
  readonly defaultAssumedSize?: number;
  /**
   * When a list is longer than `defaultAssumedSize`. `CHARGE` (default): it is served, and what it costs more is charged
   * when the operation is settled. `ERROR`: `LIST_TOO_LONG`, as of every list whose size is declared.
   */
  readonly whenLonger?: 'CHARGE' | 'ERROR';
  /**
   * What an argument looks at that is neither declared nor inferred. `REFUSE` (default): a build error. `RESULT`: every
   * field, that is not explicit, of what the field returns. `NEUTRAL`: nothing.
   */
  readonly undeclaredArguments?: 'REFUSE' | 'RESULT' | 'NEUTRAL';
}

/** Declarations of a schema that was not written for Fieldpass. Names are coordinates of the GraphQL specification. */
export interface DeclarationConfig extends SchemaDeclaration {
  /** By field name; `default` is the rule for the rest. */
  readonly mutations?: Readonly<Record<string, NonNullable<FieldDeclaration['verbs']> | FieldDeclaration>>;
  /** `Type.field`; of an interface's field, for all its object types. */
  readonly fields?: Readonly<Record<CoordinateText, FieldDeclaration>>;
  /** `Type.field(argument:)`. */
  readonly arguments?: Readonly<Record<string, ArgumentDeclaration>>;
  readonly types?: Readonly<Record<string, TypeDeclaration>>;
  readonly inputs?: Readonly<Record<string, InputTypeDeclaration>>;
  /** `Input.field`. */
  readonly inputFields?: Readonly<Record<CoordinateText, InputFieldDeclaration>>;
  /** `Enum.VALUE`. */
  readonly enumValues?: Readonly<Record<CoordinateText, EnumValueDeclaration>>;
  /** Fields that no wildcard matches. */
  readonly explicit?: readonly CoordinateText[];
  /** Fields that every valid key may read. */
  readonly open?: readonly CoordinateText[];
}

/** Key under `extensions`. */
export const extensionName = 'fieldpass';
