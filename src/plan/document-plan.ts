import type { FieldNode, GraphQLInputType, OperationDefinitionNode, ValueNode } from 'graphql';
import { ownValue } from '../kernel/own-value.ts';
import type { CompiledArgument, CompiledField, CompiledObject } from './compiled-schema.ts';

/**
 * When a part of a document is executed, by `@skip` and `@include`. `true`: always. Otherwise any of the conjunctions
 * must hold; each names variables of type Boolean and the value that it needs (coerced, document defaults applied).
 */
export type Condition = true | readonly Conjunction[];
export type Conjunction = readonly { readonly variable: string; readonly is: boolean }[];

/**
 * A document and one of its operations, as one neutral tree (a graph without cycles: equal selections are one node).
 * It knows no key, no rule and no price: privileges take their bits from it, cost its formula, usage its coordinates.
 * Made in one walk with a step budget; each selection set is collected as execution collects it (GraphQL spec §6.3.2),
 * for each possible object type, so that what is said of it holds for what will be executed.
 */
export interface DocumentPlan {
  readonly operation: OperationDefinitionNode;
  /** Children stand before their parents; the last one is the operation's own selection set. */
  readonly selections: readonly SelectionPlan[];
  readonly root: SelectionPlan;
  /** What is written on types that are more than the objects that can be met there; mostly nothing. */
  readonly beyond: WrittenBeyond | undefined;
  /** Every variable definition, by name. */
  readonly variables: ReadonlyMap<string, PlannedVariable>;
  /** The operation selects `__schema` or `__type` somewhere. */
  readonly introspects: boolean;
  /** Deepest field nesting, introspection fields not counted. */
  readonly depth: number;
}

export interface PlannedVariable {
  readonly name: string;
  readonly type: GraphQLInputType;
  /** The document's own default: it counts as supplied by the client when the variable is absent. */
  readonly defaultValue: ValueNode | undefined;
}

export interface SelectionPlan {
  /** Position in `DocumentPlan.selections`. */
  readonly id: number;
  /** One entry for each possible object type of the parent (all of them, also with no field of their own), in index order. */
  readonly byType: readonly { readonly type: CompiledObject; readonly fields: readonly FieldPlan[] }[];
  /** Types that the document itself names here, in fragments, whether or not they can be met. */
  readonly namedTypes: readonly NamedType[];
}

export interface NamedType {
  readonly name: string;
  readonly possibleTypes: readonly CompiledObject[];
  readonly when: Condition;
}

/** One response key of one object type: every node that execution would merge. */
export type FieldPlan = DataFieldPlan | MetaFieldPlan;

export interface DataFieldPlan {
  readonly kind: 'FIELD';
  readonly responseKey: string;
  readonly field: CompiledField;
  readonly when: Condition;
  /**
   * When it is selected in a fragment on this very object type. `undefined`: never, it only comes through the abstract
   * type that the selection stands on.
   */
  readonly whenNamed: Condition | undefined;
  /** Given in the document; by validation all merged nodes give the same. */
  readonly arguments: readonly PlannedArgument[];
  /** The merged sub-selection of a composite result. */
  readonly selection: SelectionPlan | undefined;
  /** First node: for locations. */
  readonly node: FieldNode;
}

export interface MetaFieldPlan {
  readonly kind: 'TYPENAME' | 'INTROSPECTION';
  readonly responseKey: string;
  readonly when: Condition;
  readonly node: FieldNode;
}

/**
 * Selections as the document writes them, where its words reach beyond what is executed: `... on Node { id }` where only a
 * City can be, a fragment that never applies, a field of an interface whose objects say more exactly what it is. Their ids
 * go on where those of `DocumentPlan.selections` end.
 */
export interface WrittenBeyond {
  readonly selections: readonly WrittenSelection[];
  /** From the operation's own selection set to them, parents first. */
  readonly edges: readonly WrittenEdge[];
  /** The id of the operation's own selection set. */
  readonly root: number;
  /** How many ids there are, beside those of the plan. */
  readonly count: number;
}

export interface WrittenEdge {
  readonly from: number;
  readonly to: number;
  readonly when: Condition;
}

export interface WrittenSelection {
  readonly id: number;
  readonly possibleTypes: readonly CompiledObject[];
  /** Response keys of the first way to it. */
  readonly path: readonly string[];
  readonly fields: readonly WrittenField[];
}

/** A field and what it is on each object type of its selection. */
export interface WrittenField {
  readonly node: FieldNode;
  readonly when: Condition;
  /** The same list for the same field of the same type, wherever it is written. */
  readonly ofTypes: readonly { readonly type: CompiledObject; readonly field: CompiledField }[];
}

export interface PlannedArgument {
  readonly argument: CompiledArgument;
  readonly value: ValueNode;
}

/** Coerced variable values, the very ones that execution uses. Names are the caller's: own members only. */
export type CoercedVariables = Readonly<Record<string, unknown>>;

export function holds(condition: Condition, variables: CoercedVariables): boolean {
  return (
    condition === true || condition.some((all) => all.every(({ variable, is }) => ownValue(variables, variable) === is))
  );
}
