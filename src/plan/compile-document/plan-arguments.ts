import type { FieldNode } from 'graphql';
import type { CompiledField } from '../compiled-schema.ts';
import type { PlannedArgument } from '../document-plan.ts';

export function planArguments(field: CompiledField, { arguments: given = [] }: FieldNode): readonly PlannedArgument[] {
  return given.flatMap(({ name, value }) => {
    const argument = field.arguments.get(name.value);
    return argument === undefined ? [] : [{ argument, value }];
  });
}
