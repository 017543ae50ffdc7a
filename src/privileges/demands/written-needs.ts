import type { FieldNode } from 'graphql';
import { planArguments } from '../../plan/compile-document/plan-arguments.ts';
import type { CompiledField, CompiledSchema, PrivilegeBit } from '../../plan/compiled-schema.ts';
import type { Condition, DataFieldPlan, WrittenField } from '../../plan/document-plan.ts';
import { ofBit, withReads } from '../../plan/privilege-bit.ts';

type OfTypes = WrittenField['ofTypes'];

interface WrittenNeeds {
  /** What the field needs of each type that the key can see, in one list however many there are. */
  readonly bits: readonly PrivilegeBit[];
  /** Those that need something else than themselves, and what that reads. */
  readonly others: OfTypes;
}

/** What fields need on all types that they are written on; the same list for the same field, so that a key is asked once. */
export function writtenNeeds(schema: CompiledSchema): (ofTypes: OfTypes) => WrittenNeeds {
  const known = new Map<OfTypes, WrittenNeeds>();
  return (ofTypes) => {
    const before = known.get(ofTypes);
    if (before !== undefined) return before;
    const bits: PrivilegeBit[] = [];
    const others: OfTypes[number][] = [];
    for (const one of ofTypes) {
      const own = ownBits(schema, one);
      if (own === undefined) others.push(one);
      else bits.push(...own);
    }
    const needs = { bits, others };
    known.set(ofTypes, needs);
    return needs;
  };
}

/** Bits of the field's own type; `undefined` when they and what they read are not all that it needs. */
function ownBits({ coordinates }: CompiledSchema, { field }: OfTypes[number]): readonly PrivilegeBit[] | undefined {
  const [first] = field.needs;
  if (first === undefined) return [];
  const all = new Set(withReads(coordinates, [first]));
  const isOwn = ofBit(coordinates, first).coordinate === field.coordinate;
  return isOwn && field.needs.every((bit) => all.has(bit)) ? [first] : undefined;
}

/** As a field of the plan, of which nothing is executed. */
export function writtenPlan(node: FieldNode, when: Condition, field: CompiledField): DataFieldPlan {
  return {
    kind: 'FIELD',
    responseKey: node.alias?.value ?? node.name.value,
    field,
    when,
    whenNamed: undefined,
    arguments: planArguments(field, node),
    selection: undefined,
    node,
  };
}
