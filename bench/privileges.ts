/** What privileges cost on a schema of GitHub's size, in time of the processor: `npx tsx bench/privileges.ts`. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { buildSchema, parse, Source } from 'graphql';
import { buildPlacesSchema } from '../src/apis/places/places-schema.ts';
import { argumentReader } from '../src/apis/shared/argument-reader.ts';
import { compileFormula } from '../src/cost/compile-formula.ts';
import { knownDocuments } from '../src/pipeline/document/known-documents.ts';
import { parseDocument } from '../src/pipeline/document/parse-document.ts';
import { operationPreparer } from '../src/pipeline/document/prepare-operation.ts';
import { validateDocument } from '../src/pipeline/document/validate-document.ts';
import { compileDocument } from '../src/plan/compile-document/compile-document.ts';
import { compileSchema } from '../src/plan/compile-schema/compile-schema.ts';
import type { DocumentPlan } from '../src/plan/document-plan.ts';
import { compilePrivileges } from '../src/privileges/compile-privileges.ts';
import { checkDemands, compileDemands } from '../src/privileges/demands.ts';
import { parsePrivilegeSet } from '../src/privileges/grammar/parse-privilege-set.ts';
import { deniedFields, withoutDenied } from '../src/privileges/null-mode.ts';
import { createPrivilegeCache } from '../src/privileges/privilege-cache.ts';
import { filterSchema } from '../src/privileges/view/filter-schema.ts';
import { github } from '../test/privileges/real-schemas/real-schemas.ts';
import { cpuTime, type Measurement, type MeasureOptions, measure as measureBy, report, spreadOf } from './measure.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const measure = (call: (index: number) => unknown, options: MeasureOptions) =>
  measureBy(call, { ...options, now: cpuTime });
const noStar = { loneStarMatchesExplicit: false };

function heapAfterCollection(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

// The schema.
const started = cpuTime();
const compiled = github();
report('read, declare and compile, the first time', cpuTime() - started, 'ms');
const compiling = await measure(() => compileSchema(compiled.schema), { callsPerRound: 1, rounds: 7 });
report('compileSchema', compiling.median / 1000, 'ms', 300, `${compiled.coordinates.length} coordinates`);

// A key.
const coordinates = compiled.coordinates.filter(({ access }) => access === 'GATED');
const exact = Array.from({ length: 80 }, (_, index) => coordinates[(index * 7919) % coordinates.length]);
const rules = [
  ...exact.flatMap((coordinate) => (coordinate ? [`read:${coordinate.type}.${coordinate.field}`] : [])),
  ...['Query', 'Repository', 'Issue', 'User', 'Organization', 'PullRequest'].map((type) => `read:${type}`),
  ...['!read:Repository.isPrivate', '!read:User.email', 'update:*.title', '*:Issue', 'write:Mutation', 'read:*.id'],
  ...['Label', 'Commit', 'Release', 'Milestone', 'Ref', 'Team', 'Project', 'Discussion'].map((type) => `read:${type}`),
];
const parsed = parsePrivilegeSet(rules);
if (parsed.kind === 'INVALID') throw new Error(JSON.stringify(parsed.problems));
const granting = await measure(() => compilePrivileges(compiled, parsed.set, noStar), { callsPerRound: 5 });
report(`compile a key's ${rules.length} rules`, granting.median / 1000, 'ms', 20, spreadOf(inMs(granting)));
const cache = createPrivilegeCache(compiled);
const again = await measure(() => cache.get(rules, noStar), { callsPerRound: 1000 });
report('the same, cached', again.median, 'µs', undefined, spreadOf(again));

// An operation.
const document = parse(`query ($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) {
    id name description
    issues(first: 50, filterBy: { since: "2026-01-01T00:00:00Z" }) {
      nodes { id title body state author { login } labels(first: 10) { nodes { name } } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`);
const plan = compileDocument(compiled, document, undefined, { maxSteps: 10_000, maxDepth: 20 });
if (plan.kind !== 'PLANNED') throw new Error(plan.kind);
const demands = compileDemands(compiled, plan.plan);
const everything = compilePrivileges(compiled, privileges(['*']), noStar);
const variables = { raw: { owner: 'a', name: 'b' }, coerced: { owner: 'a', name: 'b' } };
const denied = checkDemands(demands, everything, variables);
if (denied.length > 0) throw new Error(`the operation is not granted: ${denied[0]?.coordinate}`);
const checking = await measure(() => checkDemands(demands, everything, variables), { callsPerRound: 20_000 });
report('check of a granted operation', checking.median, 'µs', 10, spreadOf(checking));
const refusing = await measure(
  () => checkDemands(demands, compilePrivileges(compiled, privileges([]), noStar), variables),
  {
    callsPerRound: 20,
  },
);
report('rules of nothing, and every denial of the operation', refusing.median, 'µs', undefined, spreadOf(refusing));

// A view.
const granted = compilePrivileges(compiled, privileges(['read:*', '!read:Repository.isPrivate']), noStar);
const filtering = await measure(() => filterSchema(compiled, granted), { callsPerRound: 1, rounds: 7 });
report('filtered view', filtering.median / 1000, 'ms', 300, spreadOf(inMs(filtering)));
const before = heapAfterCollection();
const view = filterSchema(compiled, granted);
report(
  'memory of a view',
  (heapAfterCollection() - before) / 1e6,
  'MB',
  20,
  `${Object.keys(view.getTypeMap()).length} types`,
);

// Many keys.
const sets = Array.from({ length: 10 }, (_, index) => [...rules, `read:Query.codeOfConduct`, `write:Issue.a${index}`]);
const empty = heapAfterCollection();
const shared = createPrivilegeCache(compiled);
const ofKeys = Array.from({ length: 10_000 }, (_, index) => shared.get(sets[index % sets.length] ?? [], noStar));
report('10,000 keys with 10 sets of rules', (heapAfterCollection() - empty) / 1e6, 'MB');
report('bitsets that they share', new Set(ofKeys.map(({ bits }) => bits)).size, 'sets', sets.length + 1);

// What is refused, on the Places API: parse, validate and plan, as the first request with it.
const places = buildPlacesSchema();
const prepare = operationPreparer(compileSchema(places), knownDocuments(), { argumentReader, maxDepth: 15 });
const spread = (index: number) => `fragment F${index} on Viewer { ...F${index + 1} ...F${index + 1} }`;
const bomb = `{ viewer { ...F0 } } ${Array.from({ length: 30 }, (_, index) => spread(index)).join(' ')} fragment F30 on Viewer { privileges }`;
const list = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, n) => text(n)).join(' ');
const leaves = list(20, (index) => `a${index}: __typename`);
const ofViewer = (index: number) => `fragment F${index} on Query { viewer { apiKey { name } } }`;
const hostile = {
  'a fragment bomb (2^30 paths)': bomb,
  '10,000 aliases': `{ ${Array.from({ length: 10_000 }, (_, index) => `a${index}: __typename`).join(' ')} }`,
  'one object 700 times': `{ ${'viewer { apiKey { name } } '.repeat(700)} }`,
  'one object 75 times, each with 20 fields': `{ ${`viewer { ${leaves} } `.repeat(75)} }`,
  'one object in 300 fragments': `{ ${list(300, (index) => `...F${index}`)} } ${list(300, ofViewer)}`,
  'one object 120 times, which is not too often': `{ ${'viewer { apiKey { name } } '.repeat(120)} }`,
  'a depth of 1,000': `{ country(code: "CH") { ${'borders { '.repeat(998)} name ${'}'.repeat(999)} }`,
};
for (const [name, text] of Object.entries(hostile)) await judged(name, text, 50);

// A document that is new, on an interface of many types: what is compiled of it, and of what NULL leaves of it.
const wide = compileSchema(buildSchema(wideSdl(200)));
const wideNames = list(4, (index) => `f${index}`);
const wideText = `{ n ${`{ ${wideNames} next `.repeat(6)} { id } ${'}'.repeat(6)} }`;
const wideKey = compilePrivileges(wide, privileges(['read:*', '!read:T3.f1']), noStar);
const noVariables = { raw: {}, coerced: {} };
const wholes = await measure(() => compileWhole(), { callsPerRound: 1, rounds: 9 });
const [, wholeSteps] = compileWhole();
report(`compile ${wholeSteps} steps`, wholes.median / 1000, 'ms', undefined, spreadOf(inMs(wholes)));
const [wholePlan] = compileWhole();
const lefts = await measure(() => compileLeft(), { callsPerRound: 1, rounds: 9 });
report('what NULL leaves of it', lefts.median / 1000, 'ms', undefined, spreadOf(inMs(lefts)));
report('of the time of the whole', lefts.median / wholes.median, '×', 2);

function wideSdl(types: number): string {
  const fields = list(4, (index) => `f${index}: Int`);
  const ofTypes = list(types, (index) => `type T${index} implements N { id: ID ${fields} next: N }`);
  return `interface N { id: ID ${fields} next: N } ${ofTypes} type Query { n: N }`;
}

function compileWhole(): readonly [DocumentPlan, number] {
  const answer = compileDocument(wide, parse(wideText), undefined, { maxSteps: 10_000, maxDepth: 15 });
  if (answer.kind !== 'PLANNED') throw new Error(answer.kind);
  compileDemands(wide, answer.plan);
  compileFormula(wide, answer.plan);
  return [answer.plan, answer.steps];
}

function compileLeft(): void {
  const deniedOfWide = deniedFields(wholePlan, compileDemands(wide, wholePlan), wideKey, noVariables);
  if (!deniedOfWide) throw new Error('nothing is denied');
  compileDemands(wide, withoutDenied(wholePlan, deniedOfWide, parse(wideText)).plan);
}

async function judged(name: string, text: string, budget: number): Promise<void> {
  const judging = await measure((index) => judge(`${text}${' '.repeat(index)}`), { callsPerRound: 1, rounds: 7 });
  report(name, judging.median / 1000, 'ms', budget, spreadOf(inMs(judging)));
}

function judge(text: string): void {
  try {
    const parsedText = parseDocument(new Source(text), { maxTokens: 5000 });
    if (validateDocument(places, parsedText).length === 0) prepare(parsedText, undefined);
  } catch {
    // Refused before it was parsed.
  }
}

function privileges(texts: readonly string[]) {
  const set = parsePrivilegeSet(texts);
  if (set.kind === 'INVALID') throw new Error(JSON.stringify(set.problems));
  return set.set;
}

function inMs({ median, spread }: Measurement): Measurement {
  return { median: median / 1000, spread: spread / 1000 };
}
