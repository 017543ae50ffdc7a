/** What a price costs: `npx tsx bench/cost.ts`. */
import { buildSchema, parse, validate } from 'graphql';
import { compileFormula } from '../src/cost/compile-formula.ts';
import { compileDocument } from '../src/plan/compile-document/compile-document.ts';
import { compileSchema } from '../src/plan/compile-schema/compile-schema.ts';
import { measure, report, spreadOf } from './measure.ts';

const schema = buildSchema(`
  type Query { a(first: Int): AConnection }
  type AConnection { edges: [AEdge] nodes: [A] pageInfo: PageInfo! }
  type AEdge { node: A cursor: String }
  type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
  type A { n: Int b: A more(first: Int): AConnection }
`);
schema.extensions = { fieldpass: { undeclaredArguments: 'NEUTRAL' } };
const compiled = compileSchema(schema);
/** Of five fields each, with a page size from a variable. */
const documentOf = (parts: number) =>
  `query ($n: Int) { ${Array.from({ length: parts }, (_, index) => `a${index}: a(first: $n) { nodes { n b { n } } }`).join(' ')} }`;

function formulaOf(text: string) {
  const answer = compileDocument(compiled, parse(text), undefined, { maxSteps: 100_000, maxDepth: 100 });
  if (answer.kind !== 'PLANNED') throw new Error(answer.kind);
  return compileFormula(compiled, answer.plan);
}

const text = documentOf(80);
const formula = formulaOf(text);
const everything = { has: () => true, seesObject: () => true };

const estimate = await measure((index) => formula.estimate({ n: index % 100 }), { callsPerRound: 2000 });
report('estimate of 400 fields, compiled', estimate.median, 'µs', 20, spreadOf(estimate));
const judged = await measure((index) => formula.estimate({ n: index % 100 }, everything), { callsPerRound: 2000 });
report('the same for what a key may read', judged.median, 'µs', undefined, spreadOf(judged));
const large = formulaOf(documentOf(800));
const tenfold = await measure((index) => large.estimate({ n: index % 100 }), { callsPerRound: 200 });
report('ten times the fields', tenfold.median / estimate.median, '×', undefined, 'linear is 10');

const document = parse(text);
const parsing = await measure(() => parse(text), { callsPerRound: 50 });
const validating = await measure(() => validate(schema, document), { callsPerRound: 10, rounds: 9 });
const compiling = await measure(() => formulaOf(text), { callsPerRound: 50 });
report(
  'parse and validate, which are cached too, per estimate',
  (parsing.median + validating.median) / estimate.median,
  '×',
);
report('parse, plan and compile, once a document', compiling.median, 'µs', undefined, spreadOf(compiling));
