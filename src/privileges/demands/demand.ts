import type { ASTNode } from 'graphql';
import type { CompiledInput, CompiledObject, PrivilegeBit } from '../../plan/compiled-schema.ts';
import type { Condition, FieldPlan } from '../../plan/document-plan.ts';
import type { Verb } from '../../plan/verb.ts';

/** Whether the client sent a value for a variable: part of what makes an input supplied. */
export interface Presence {
  readonly variable: string;
  readonly given: boolean;
}

/** Where in the plan a demand stands, and when it counts. */
export interface DemandSite {
  /** `SelectionPlan.id`: the demand counts when this selection is reached. */
  readonly selection: number;
  /** The object type on which the field is executed. */
  readonly type: CompiledObject;
  /** The possible types of the selection when there are more than one; else empty, and the type always counts. */
  readonly among: readonly CompiledObject[];
  readonly when: Condition;
  readonly field: FieldPlan;
  /** What of the field's arguments it is that needs something: an input field, a value, a variable; else the field itself. */
  readonly node?: ASTNode;
  readonly path: readonly string[];
}

/** Privileges that a field, an argument or a part of a literal needs. */
export interface BitsDemand extends DemandSite {
  readonly kind: 'BITS';
  readonly bits: readonly PrivilegeBit[];
  /** Each bit, with what it reads, counts only where the key can see the object type of its coordinate. */
  readonly whereVisible: boolean;
  readonly presence: readonly Presence[];
}

/** A variable whose value decides at each request what is supplied. */
export interface VariableDemand extends DemandSite {
  readonly kind: 'VARIABLE';
  readonly variable: string;
  readonly input: CompiledInput;
  readonly verbs: readonly Verb[];
  readonly presence: readonly Presence[];
}

/** Naming a type, or asking for `__typename` alone, is free where the key can see one of the types that it can be. */
export interface SightDemand {
  readonly kind: 'SIGHT';
  readonly selection: number;
  readonly types: readonly CompiledObject[];
  readonly when: Condition;
  readonly path: readonly string[];
}

export type Demand = BitsDemand | VariableDemand | SightDemand;
