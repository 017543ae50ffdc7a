import type { CompiledInputField } from '../compiled-schema.ts';

/** While inputs refer to each other in circles, `fields` is filled after the object is known. */
export interface InputObjectInProgress {
  readonly kind: 'INPUT_OBJECT';
  readonly name: string;
  readonly fields: Map<string, CompiledInputField>;
  inert: boolean;
  judged: boolean;
}

/** Carries "needs something" and "weighs something" up from where they are, through circles, until nothing changes. */
export function settleInputs(objects: readonly InputObjectInProgress[]): void {
  for (let changed = true; changed; ) {
    changed = false;
    for (const object of objects) {
      const fields = [...object.fields.values()];
      const judged = fields.some(
        ({ needs, input }) =>
          needs.read.length + needs.write.length + needs.update.length > 0 ||
          input?.kind === 'ENUM' ||
          input?.judged === true,
      );
      const inert =
        !judged && fields.every(({ weight, input }) => weight === 0 && (input?.kind !== 'INPUT_OBJECT' || input.inert));
      if (judged !== object.judged || inert !== object.inert) changed = true;
      object.judged = judged;
      object.inert = inert;
    }
  }
}
