import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type OperationPrice, type PriceAnswer, priceDocument } from '../cost/price-document.ts';
import { printedSchemas } from './printed-schemas.ts';

const usage = `npm run price -- query.graphql [options]

Prices the operations of a document without a server, and names their dearest fields.

  --variables FILE     values of the variables, as JSON
  --operation NAME     one of several operations
  --management         against the management API instead of the Places API
  --schema FILE        against another schema, in SDL with @cost and @listSize
  --assume-size N      length of lists that the schema leaves unbounded
  --max POINTS         exit with code 1 when an operation is dearer
`;

/** `npm run price`: for people who write queries, and for the CI of their clients. */
function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      variables: { type: 'string' },
      operation: { type: 'string' },
      management: { type: 'boolean', default: false },
      schema: { type: 'string' },
      'assume-size': { type: 'string' },
      max: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const [file] = positionals;
  if (values.help || file === undefined) {
    process.stdout.write(usage);
    return values.help ? 0 : 2;
  }
  const [places, management] = printedSchemas();
  const answer = priceDocument({
    sdl: values.schema ? readFileSync(values.schema, 'utf8') : ((values.management ? management : places)?.text ?? ''),
    document: readFileSync(file, 'utf8'),
    variables: values.variables ? JSON.parse(readFileSync(values.variables, 'utf8')) : {},
    operationName: values.operation,
    defaultAssumedSize: values['assume-size'] === undefined ? undefined : Number(values['assume-size']),
  });
  return say(answer, values.max === undefined ? Number.POSITIVE_INFINITY : Number(values.max));
}

function say(answer: PriceAnswer, max: number): number {
  if (answer.kind === 'PROBLEMS') {
    for (const problem of answer.problems) process.stderr.write(`${problem}\n`);
    return 1;
  }
  for (const operation of answer.operations) process.stdout.write(`${describe(operation)}\n`);
  const tooDear = answer.operations.filter(({ points }) => points > max);
  for (const { name, points } of tooDear) {
    process.stderr.write(`${name ?? 'The operation'} may cost ${points} points: more than ${max}.\n`);
  }
  return tooDear.length > 0 ? 1 : 0;
}

function describe({ name, points, dearest, ibm }: OperationPrice): string {
  const width = Math.max(0, ...dearest.map(({ cost }) => String(cost).length));
  return [
    `${name ?? 'The operation'} costs at most ${points} points (IBM: field cost ${ibm.fieldCost}, type cost ${ibm.typeCost})`,
    ...dearest.map(({ path, cost }) => `  ${String(cost).padStart(width)}  ${path}`),
  ].join('\n');
}

try {
  process.exitCode = main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
