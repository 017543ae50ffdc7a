import { isObjectType } from 'graphql';
import { microPerPoint } from '../kernel/micro-points.ts';
import { readField, readType } from '../plan/compile-schema/read-declarations.ts';
import type { CompiledField, CompiledObject, CompiledSchema } from '../plan/compiled-schema.ts';
import {
  type CoercedVariables,
  type DataFieldPlan,
  type DocumentPlan,
  holds,
  type SelectionPlan,
} from '../plan/document-plan.ts';
import { sizedBelow } from '../plan/sized-fields.ts';
import { argumentReader } from './argument-reader.ts';
import type { Granted, Nulls } from './evaluate-program.ts';
import { lengthOf } from './list-length.ts';
import { type KnownInputs, ownCost } from './own-cost.ts';

/**
 * The two numbers of IBM's GraphQL Cost Directives Specification (draft of 2023-10-03, §5.3.2), for comparison with other
 * servers; never charged. Composite types and the fields that return them weigh 1 unless declared, leaves 0.
 */
export interface IbmCost {
  readonly fieldCost: number;
  readonly typeCost: number;
}

/** Each distinct selection and page size is visited once. Of abstract types the largest of each number counts. */
export function ibmCost(
  schema: CompiledSchema,
  plan: DocumentPlan,
  variables: CoercedVariables,
  granted: Granted | undefined,
  nulls?: Nulls,
): IbmCost {
  const known = new Map<string, IbmCost>();
  const inputs: KnownInputs = new Map();

  function ofSelection(selection: SelectionPlan, sized: readonly string[], page: number): IbmCost {
    const key = `${selection.id} ${page} ${sized.join(' ')}`;
    const existing = known.get(key);
    if (existing) return existing;
    let [fieldCost, typeCost] = [0, 0];
    for (const { type, fields } of selection.byType) {
      if (granted?.seesObject(type) === false) continue;
      let [fieldSum, typeSum] = [0, typeWeight(schema, type)];
      for (const field of fields) {
        if (field.kind !== 'FIELD' || !holds(field.when, variables) || nulls?.has(field)) continue;
        if (granted && !field.field.needs.every((bit) => granted.has(bit))) continue;
        const cost = ofField(field, sized, page);
        fieldSum += cost.fieldCost;
        typeSum += cost.typeCost;
      }
      [fieldCost, typeCost] = [Math.max(fieldCost, fieldSum), Math.max(typeCost, typeSum)];
    }
    known.set(key, { fieldCost, typeCost });
    return { fieldCost, typeCost };
  }

  function ofField(plan: DataFieldPlan, sized: readonly string[], page: number): IbmCost {
    const { field, selection } = plan;
    const reader = argumentReader(plan);
    const values = 'constant' in reader ? reader.constant : reader.read(variables);
    const weighed = { ...field, weight: fieldWeight(schema, field) * microPerPoint };
    const own = ownCost(weighed, values, inputs) / microPerPoint;
    const length = lengthOf(field, values);
    const ownPage = length.kind === 'LENGTH' ? length.length : 0;
    const size = sized.includes(field.coordinate.field) ? page : field.isList ? ownPage : 1;
    if (!selection) return { fieldCost: own, typeCost: size * (field.leafWeight / microPerPoint) };
    const passed = sizedBelow(sized, field.coordinate.field);
    const below = passed.length > 0 ? page : ownPage;
    const item = ofSelection(selection, [...(field.listSize?.sizedFields ?? []), ...passed], below);
    return { fieldCost: own + size * item.fieldCost, typeCost: size * item.typeCost };
  }

  return ofSelection(plan.root, [], 0);
}

function typeWeight(schema: CompiledSchema, { name }: CompiledObject): number {
  const type = schema.schema.getType(name);
  return (type && readType(type).weight) ?? 1;
}

function fieldWeight(schema: CompiledSchema, { coordinate, possibleTypes }: CompiledField): number {
  const type = schema.schema.getType(coordinate.type);
  const field = isObjectType(type) ? type.getFields()[coordinate.field] : undefined;
  return (field && readField(field).cost?.weight) ?? (possibleTypes.length > 0 ? 1 : 0);
}
