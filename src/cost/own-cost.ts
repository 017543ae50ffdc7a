import type { MicroPoints } from '../kernel/micro-points.ts';
import type { CompiledArgument, CompiledField, CompiledInput } from '../plan/compiled-schema.ts';

/** Coerced argument values by name, schema defaults applied: what a resolver gets. */
export type ArgumentValues = Readonly<Record<string, unknown>>;

/**
 * Price of one call of a field: its weight and that of the arguments and input fields that are given, by value. Never
 * below 0, though single weights may be (IBM's specification §3.3 clamps the field as a whole).
 */
export function ownCost(field: CompiledField, values: ArgumentValues): MicroPoints {
  let cost = field.weight;
  for (const argument of field.arguments.values()) {
    if (hasPrice(argument)) cost += suppliedCost(argument, values[argument.name]);
  }
  return Math.max(0, cost);
}

/** Whether any value of the argument or input field changes the price. */
export function hasPrice({ weight, input }: Pick<CompiledArgument, 'weight' | 'input'>): boolean {
  return weight !== 0 || (input?.kind === 'INPUT_OBJECT' && !input.inert);
}

/** Once for the argument or input field, and for each input field below; of a list, for those of every element. */
function suppliedCost(supplied: Pick<CompiledArgument, 'weight' | 'input'>, value: unknown): MicroPoints {
  return value === undefined || value === null ? 0 : supplied.weight + fieldsCost(supplied.input, value);
}

function fieldsCost(input: CompiledInput | undefined, value: unknown): MicroPoints {
  if (input?.kind !== 'INPUT_OBJECT' || input.inert) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, element) => sum + fieldsCost(input, element), 0);
  if (typeof value !== 'object' || value === null) return 0;
  let cost = 0;
  for (const [name, given] of Object.entries(value)) {
    const field = input.fields.get(name);
    if (field) cost += suppliedCost(field, given);
  }
  return cost;
}
