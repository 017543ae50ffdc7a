import { buildSchema, parse, specifiedRules, validate } from 'graphql';
import { compileDocument } from '../../../src/plan/compile-document/compile-document.ts';
import { compileSchema } from '../../../src/plan/compile-schema/compile-schema.ts';
import type { CompiledSchema } from '../../../src/plan/compiled-schema.ts';
import type { DocumentPlan } from '../../../src/plan/document-plan.ts';
import type { Random } from '../../cost/random.ts';

/** An operation on a schema whose abstract types lead back to each other, so that its ways multiply with each level. */
export interface CyclicOperation {
  readonly sdl: string;
  readonly source: string;
  readonly compiled: CompiledSchema;
  readonly plan: DocumentPlan;
  /** Rules of a key that lacks some of it. */
  readonly rules: readonly string[];
}

export function cyclicOperation(random: Random, mostTypes: number, deepest: number): CyclicOperation {
  for (;;) {
    const types = random.whole(1, mostTypes);
    const sdl = cyclicSdl(random, types);
    const compiled = compileSchema(buildSchema(sdl));
    const source = cyclicDocument(random, types, random.whole(2, deepest));
    const document = parse(source);
    if (validate(compiled.schema, document, specifiedRules).length > 0) continue;
    const answer = compileDocument(compiled, document, undefined, { maxSteps: 10_000, maxDepth: 15 });
    if (answer.kind !== 'PLANNED') continue;
    const denied = Array.from({ length: random.whole(1, 3) }, () => {
      const type = `T${random.whole(0, types - 1)}`;
      return `!read:${type}${random.pick(['.x', '.y', '.next', ''])}`;
    });
    return { sdl, source, compiled, plan: answer.plan, rules: ['read:*', ...denied] };
  }
}

function cyclicSdl(random: Random, types: number): string {
  const names = Array.from({ length: types }, (_, index) => `T${index}`);
  const union = names.filter(() => random.chance(0.5));
  const list = ' @listSize(assumedSize: 2)';
  const fields = `id: ID x: String y: Int next: N other: U all: [N]${list}`;
  return `
    directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
    interface N { ${fields} }
    union U = ${(union.length > 0 ? union : names).join(' | ')}
    type Query { n: N u: U all: [N]${list} }
    ${names.map((name) => `type ${name} implements N { ${fields} own: ${random.pick(names)} }`).join('\n')}
  `;
}

function cyclicDocument(random: Random, types: number, depth: number): string {
  const fragments: string[] = [];
  const condition = () => random.pick(['', '', '', ' @skip(if: false)', ' @include(if: $yes)']);
  let budget = random.whole(5, 25);
  const ofNode = (left: number): string => {
    const parts = [random.pick(['x', 'y', 'x y', '__typename', 'z: x'])];
    if (left <= 0) return `{ ${parts.join(' ')} }`;
    // One way down always: it is the depth that multiplies.
    for (let ways = random.pick([1, 1, 2, 3]); ways > 0 && (budget > 0 || parts.length === 1); ways--) {
      budget--;
      const key = random.pick(['next', 'next', 'all', 'a: next', 'b: all']);
      parts.push(`${key}${condition()} ${ofNode(left - 1)}`);
    }
    if (random.chance(0.3)) parts.push(`other { ${ofType(left - 1)} }`);
    if (random.chance(0.3)) parts.push(ofType(left));
    if (random.chance(0.2)) {
      const index = fragments.push('') - 1;
      fragments[index] = `fragment F${index} on N ${ofNode(left - 1)}`;
      parts.push(`...F${index}${condition()}`, `c: next { x ...F${index} }`);
    }
    return `{ ${parts.join(' ')} }`;
  };
  const ofType = (left: number): string =>
    `... on T${random.whole(0, types - 1)}${condition()} ${
      left > 1 && budget-- > 0 ? `{ y own ${ofNode(left - 2)} }` : '{ x y }'
    }`;
  const body = `n ${ofNode(depth - 2)}${random.chance(0.4) ? ` m: n ${ofNode(depth - 3)}` : ''}`;
  const text = `{ ${body} } ${fragments.join(' ')}`;
  return text.includes('$yes') ? `query ($yes: Boolean = true) ${text}` : text;
}
