import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { advisoryMutants } from './advisory-mutants.ts';
import { costMutants } from './cost-mutants.ts';
import type { Mutant } from './mutant.ts';

/**
 * Breaks one line after another in copies of the code, and runs the test that must fail then: a test that would pass
 * without what it guards is found here. `npx tsx test/mutants/run-mutants.ts [part of a description]`
 */
const wanted = process.argv[2] ?? '';
const mutants = [...costMutants, ...advisoryMutants].filter(({ breaks }) => breaks.includes(wanted));
const copied = [
  'src',
  'test',
  'docs',
  'drizzle',
  'README.md',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'vitest.config.ts',
];
const workers = 2;
const deadlineMs = 400_000;
/** A property that is broken fails long before so many cases. */
const env = { ...process.env, FIELDPASS_PROPERTY_RUNS: '3000' };

type Verdict = 'caught' | 'SURVIVED' | 'DID NOT RUN';

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
}

const root = resolve(import.meta.dirname, '../..');
const queue = [...mutants];
const verdicts = new Map<Mutant, Verdict>();
await Promise.all(Array.from({ length: workers }, work));

const caught = [...verdicts.values()].filter((verdict) => verdict === 'caught').length;
console.log(`${caught} of ${mutants.length} mutants caught`);
process.exitCode = caught === mutants.length && caught > 0 ? 0 : 1;

async function work(): Promise<void> {
  const copy = mkdtempSync(join(tmpdir(), 'fieldpass-mutant-'));
  try {
    for (const name of copied) cpSync(join(root, name), join(copy, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
      const verdict = await judge(copy, mutant);
      verdicts.set(mutant, verdict);
      console.log(`${verdict}: ${mutant.breaks}`);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

async function judge(copy: string, { file, find, replace, test, name }: Mutant): Promise<Verdict> {
  const path = join(copy, file);
  const whole = readFileSync(path, 'utf8');
  const [before, after, ...more] = whole.split(find);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`${file} must hold this exactly once: ${find}`);
  }
  writeFileSync(path, `${before}${replace}${after}`);
  try {
    const report = await runTest(copy, test, name);
    if (report && report.numFailedTests > 0) return 'caught';
    // Where a file cannot even begin, none of its tests has passed or failed.
    return report && report.numPassedTests > 0 ? 'SURVIVED' : 'DID NOT RUN';
  } finally {
    writeFileSync(path, whole);
  }
}

/** `undefined` when there is no report: the run crashed, or took too long. */
function runTest(copy: string, test: string, name: string | undefined): Promise<Report | undefined> {
  const output = join(copy, 'report.json');
  rmSync(output, { force: true });
  const named = name === undefined ? [] : ['-t', name];
  const args = [
    'vitest',
    'run',
    test,
    ...named,
    '--maxWorkers=1',
    '--bail=1',
    '--reporter=json',
    `--outputFile=${output}`,
  ];
  return new Promise((done) => {
    const options = { cwd: copy, env, timeout: deadlineMs, maxBuffer: 100_000_000 };
    execFile('npx', args, options, () => {
      try {
        done(JSON.parse(readFileSync(output, 'utf8')) as Report);
      } catch {
        done(undefined);
      }
    });
  });
}
