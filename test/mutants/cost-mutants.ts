import type { Mutant } from './mutant.ts';

const test = 'test/cost/actual-never-above-requested.property.test.ts';

/** The hypotheses of the theorem *actual ≤ requested*, each broken in turn; docs/cost.md states them. */
export const costMutants: readonly Mutant[] = [
  {
    breaks: 'H1, fields are collected as execution collects them: a fragment counts only where it is met first',
    file: 'src/plan/compile-document/collect-fields.ts',
    find: 'return !isCovered;',
    replace: 'return false;',
    test,
  },
  {
    breaks: 'H1, with the same variables: what a condition includes is not priced',
    file: 'src/cost/evaluate-program.ts',
    find: 'if (term.when !== true && !holds(term.when, variables)) return false;',
    replace: 'if (term.when !== true) return false;',
    test,
  },
  {
    breaks: 'H2, the own price follows from the coerced arguments: variables do not change it',
    file: 'src/cost/evaluate-program.ts',
    find: 'if (term.ownVaries) own = ownCost(term.field, values, evaluation.inputs);',
    replace: '',
    test,
  },
  {
    breaks: 'H3, a list is at most as long as its price says: the smallest slicing argument bounds it',
    file: 'src/cost/list-length.ts',
    find: 'largest = Math.max(largest, length);',
    replace: 'largest = given === 1 ? length : Math.min(largest, length);',
    test: 'test/cost',
    name: 'largest',
  },
  {
    breaks: 'H3, kept by the guard of lists: one that is longer than its bound is answered',
    file: 'src/cost/count-items.ts',
    find: 'if (reading.seen <= reading.bound) return value;',
    replace: 'return value;',
    test: 'test/cost/actual-cost.test.ts',
  },
  {
    breaks: 'H4, the runtime type is one of the possible types: only the first of them is priced',
    file: 'src/cost/evaluate-program.ts',
    find: 'for (let index = 0; index < types.length; index++) {\n    most',
    replace: 'for (let index = 0; index < 1; index++) {\n    most',
    test,
  },
  {
    breaks: 'H5, no price is below zero: a negative weight makes a call cheaper than nothing',
    file: 'src/cost/own-cost.ts',
    find: 'return Math.max(0, cost);',
    replace: 'return cost;',
    // A generated case shows it only where such a call is priced and then not made, which is too rare to wait for.
    test: 'test/cost/worked-examples.test.ts',
    name: 'cheaper',
  },
  {
    breaks: 'H6, one execution for each response key: two aliases of a field are one',
    file: 'src/plan/compile-document/collect-fields.ts',
    find: 'selection.alias?.value ?? selection.name.value',
    replace: 'selection.name.value',
    test,
  },
  {
    breaks: 'H7, both are rounded alike: the estimate is rounded down',
    file: 'src/cost/compile-formula.ts',
    find: 'const points = chargedPoints(cost);',
    replace: 'const points = Math.max(1, Math.floor(cost / microPerPoint));',
    test,
  },
  {
    breaks: 'what the key may not read is not paid: the meter counts it all the same',
    file: 'src/cost/cost-meter.ts',
    find: 'pays: ({ needs }) => !granted || needs.every((bit) => granted.has(bit)),',
    replace: 'pays: () => true,',
    test,
  },
];
