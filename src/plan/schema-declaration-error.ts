export type SchemaProblemCode =
  | 'MUTATION_WITHOUT_VERBS'
  | 'UNDECLARED_ARGUMENT'
  | 'UNKNOWN_NAME'
  | 'UNBOUNDED_LIST'
  | 'UNKNOWN_SLICING_ARGUMENT'
  | 'INVALID_DECLARATION';

export interface SchemaProblem {
  readonly code: SchemaProblemCode;
  /** Schema coordinate of what is wrong: `Type.field`, `Type.field(argument:)`, `Input.field`. */
  readonly coordinate: string;
  /** What is wrong and what would make it right. */
  readonly message: string;
}

/** A schema whose declarations are incomplete or contradict themselves: the build stops and says everything at once. */
export class SchemaDeclarationError extends Error {
  override readonly name = 'SchemaDeclarationError';
  readonly problems: readonly SchemaProblem[];

  constructor(problems: readonly SchemaProblem[]) {
    super(
      [
        `The schema cannot be gated: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}.`,
        ...problems.map(({ code, coordinate, message }) => `  ${code} ${coordinate}: ${message}`),
      ].join('\n'),
    );
    this.problems = problems;
  }
}

/** Collects problems so that one build reports all of them. */
export interface ProblemList {
  report(code: SchemaProblemCode, coordinate: string, message: string): void;
  throwIfAny(): void;
}

export function problemList(): ProblemList {
  const problems: SchemaProblem[] = [];
  return {
    report(code, coordinate, message) {
      problems.push({ code, coordinate, message });
    },
    throwIfAny() {
      if (problems.length > 0) throw new SchemaDeclarationError(problems);
    },
  };
}
