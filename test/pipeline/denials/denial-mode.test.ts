import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../../../src/kernel/logger.ts';
import { buildSurface } from '../../../src/pipeline/build-surface.ts';
import { decideDenials } from '../../../src/pipeline/denials/denial-mode.ts';
import { judgeOnView } from '../../../src/pipeline/denials/hide-mode.ts';
import type { Caller } from '../../../src/pipeline/request-record.ts';
import type { Surface } from '../../../src/pipeline/surface.ts';
import { createFieldLimits } from '../../../src/throttle/field-limits/create-field-limits.ts';
import { createMemoryStore } from '../../../src/throttle/stores/memory-store.ts';
import { placesSchema } from '../../plan/places.ts';
import { held } from '../../privileges/held.ts';
import { testClock } from '../../support/test-clock.ts';

function placesSurface(): Surface {
  return buildSurface(placesSchema(), {
    type: 'API',
    urgentMutations: {},
    fieldLimits: createFieldLimits({ store: createMemoryStore({ clock: testClock() }) }),
    logger: createLogger('silent'),
    argumentReader: { reads: () => false, read: () => undefined },
    maxDepth: 15,
  });
}

function callerWith(surface: Surface, rules: readonly string[], onDenied: 'REJECT' | 'NULL' | 'HIDE'): Caller {
  // What admission reads of a key besides its rules: that it has no restrictions.
  const key = { onDenied, restrictions: undefined } as unknown as Caller['key'];
  const secret = { status: 'ACTIVE' };
  return { key, secret, privileges: held(rules, surface.compiled) } as unknown as Caller;
}

function decide(surface: Surface, caller: Caller, source: string) {
  const document = parse(source);
  const prepared = surface.prepare(document, undefined);
  if (prepared.kind === 'REFUSED') throw prepared.error;
  return decideDenials(prepared.operation, document, { raw: {}, coerced: {} }, caller, surface);
}

describe('what denials make of an operation', () => {
  const readers = ['read:Query', 'read:City.name', 'read:City.id'];

  it('is nothing when there are none, whatever the mode', () => {
    const surface = placesSurface();
    for (const mode of ['REJECT', 'NULL', 'HIDE'] as const) {
      const source = '{ city(id: 1) { name } }';
      const decision = decide(surface, callerWith(surface, readers, mode), source);
      expect(decision.kind).toBe('RUNS');
      if (decision.kind === 'RUNS')
        expect(decision.answerOf({ data: { city: null } }, 1000)).toEqual({ data: { city: null } });
    }
  });

  it('is compiled once for all keys that are left the same', () => {
    const surface = placesSurface();
    const document = parse('{ city(id: 1) { name population } }');
    const prepared = surface.prepare(document, undefined);
    if (prepared.kind === 'REFUSED') throw prepared.error;
    surface.documents.keep(document, prepared.operation);
    const leftFor = (rules: readonly string[]) => {
      const caller = callerWith(surface, rules, 'NULL');
      const decision = decideDenials(prepared.operation, document, { raw: {}, coerced: {} }, caller, surface);
      return decision.kind === 'RUNS' ? decision.operation : undefined;
    };
    expect(leftFor(readers)).toBe(leftFor([...readers, 'read:City.location']));
    expect(leftFor(readers)).not.toBe(leftFor(['read:Query', 'read:City.id']));
    expect(leftFor(readers)).not.toBe(prepared.operation);
  });

  it('keeps the answer of a request that failed as it is', () => {
    const surface = placesSurface();
    const decision = decide(surface, callerWith(surface, readers, 'NULL'), '{ city(id: 1) { name population } }');
    if (decision.kind === 'REFUSED') throw new Error('a query runs');
    expect(decision.answerOf({ errors: [] }, 1000)).toEqual({ errors: [] });
    expect(decision.answerOf({ data: null }, 1000)).toMatchObject({ data: null });
  });

  it('names nothing under HIDE when an input is visible for another use of it alone', () => {
    const surface = placesSurface();
    const rules = ['write:Mutation.*', 'update:Mutation.*', 'write:City', 'update:City.name', 'read:City.name'];
    const caller = callerWith(surface, rules, 'HIDE');
    const source = 'mutation { upsertCity(input: { name: "x", population: 1 }) { city { name } } }';
    const sent = { document: parse(source), operationName: undefined, variables: {} };
    expect(judgeOnView(sent, caller, surface).kind).toBe('PASSED');
    const decision = decide(surface, caller, source);
    if (decision.kind !== 'REFUSED') throw new Error('population may not be updated');
    expect(decision.errors.map(({ message }) => message)).toEqual([
      'Cannot query field "upsertCity" on type "Mutation".',
    ]);
    expect(JSON.stringify(decision.errors)).not.toContain('population');
  });
});
