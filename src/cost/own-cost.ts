import type { MicroPoints } from '../kernel/micro-points.ts';
import { ownValue } from '../kernel/own-value.ts';
import type { CompiledArgument, CompiledField, CompiledInput, CompiledInputObject } from '../plan/compiled-schema.ts';

/** Coerced argument values by name, schema defaults applied: what a resolver gets. */
export type ArgumentValues = Readonly<Record<string, unknown>>;

/**
 * Prices of values below arguments that are known already, by their input type. Under many aliases one long variable is
 * the same value for each field: whoever prices all of them looks at it once.
 */
export type KnownInputs = Map<CompiledInput, Map<object, MicroPoints>>;

/**
 * Price of one call of a field: its weight and that of the arguments and input fields that are given, by value. Never
 * below 0, though single weights may be (IBM's specification §5.3.2.2 clamps the field as a whole).
 */
export function ownCost(field: CompiledField, values: ArgumentValues, known?: KnownInputs): MicroPoints {
  let cost = field.weight;
  for (const argument of field.arguments.values()) {
    if (hasPrice(argument)) cost += suppliedCost(argument, ownValue(values, argument.name), known);
  }
  return Math.max(0, cost);
}

/** Whether any value of the argument or input field changes the price. */
export function hasPrice({ weight, input }: Pick<CompiledArgument, 'weight' | 'input'>): boolean {
  return weight !== 0 || (input?.kind === 'INPUT_OBJECT' && !input.inert);
}

/** Once for the argument or input field, and for each input field below; of a list, for those of every element. */
function suppliedCost(
  { weight, input }: Pick<CompiledArgument, 'weight' | 'input'>,
  value: unknown,
  known: KnownInputs | undefined,
): MicroPoints {
  if (value === undefined || value === null) return 0;
  if (input?.kind !== 'INPUT_OBJECT' || input.inert || typeof value !== 'object') return weight;
  return weight + fieldsCost(input, value, known);
}

function fieldsCost(input: CompiledInputObject, value: object, known: KnownInputs | undefined): MicroPoints {
  const before = known?.get(input)?.get(value);
  if (before !== undefined) return before;
  let cost = 0;
  if (Array.isArray(value)) {
    for (const element of value) {
      if (typeof element === 'object' && element !== null) cost += fieldsCost(input, element, known);
    }
  } else {
    for (const [name, given] of Object.entries(value)) {
      const field = input.fields.get(name);
      if (field) cost += suppliedCost(field, given, known);
    }
  }
  if (known) remember(known, input, value, cost);
  return cost;
}

function remember(known: KnownInputs, input: CompiledInput, value: object, cost: MicroPoints): void {
  const ofInput = known.get(input);
  if (ofInput) ofInput.set(value, cost);
  else known.set(input, new Map([[value, cost]]));
}
