import type { GraphQLResolveInfo } from 'graphql';
import { type MicroPoints, microPerPoint } from '../kernel/micro-points.ts';
import type { CompiledField, CompiledObject } from '../plan/compiled-schema.ts';
import type { Granted } from './evaluate-program.ts';
import { chargedPoints, saturate } from './points.ts';

/** Adds up what one execution really costs. */
interface CostMeter {
  /** What is charged so far: whole points, at least 1, in micro-points. */
  actual(): MicroPoints;
}

/** What the estimate left out, the meter leaves out too: pass the same `granted`. */
export interface MeterOptions {
  readonly granted?: Granted | undefined;
  /** The estimate's part for `__schema` and `__type`, whose resolvers are graphql-js's own. */
  readonly introspection?: MicroPoints;
}

/** The meters of one server, found by the context value of their execution. */
export interface CostMeters {
  begin(contextValue: object, options?: MeterOptions): CostMeter;
  running(contextValue: unknown): RunningMeter | undefined;
}

/** A meter as instrumented resolvers see it. */
export interface RunningMeter {
  add(cost: MicroPoints): void;
  /** False for a field that the key may not read: it is denied, and not paid. */
  pays(field: CompiledField): boolean;
  sees(type: CompiledObject): boolean;
  /** Remembers the page that a field gives to lists below it. */
  setPage(path: GraphQLResolveInfo['path'], page: Page): void;
  /** The page that the field above gives to a list, if it gives one. */
  pageFor(path: GraphQLResolveInfo['path'], field: string): number | undefined;
}

interface Page {
  readonly length: number;
  readonly sizedFields: readonly string[];
}

export function createCostMeters(): CostMeters {
  const meters = new WeakMap<object, RunningMeter>();
  return {
    begin(contextValue, { granted, introspection = 0 } = {}) {
      let total = introspection;
      // By identity: execution gives every call of a field a path object of its own, and children link to it.
      const pages = new WeakMap<object, Page>();
      meters.set(contextValue, {
        add: (cost) => {
          total = saturate(total + cost);
        },
        pays: ({ needs }) => !granted || needs.every((bit) => granted.has(bit)),
        sees: (type) => !granted || granted.seesObject(type),
        setPage: (path, page) => pages.set(path, page),
        pageFor(path, field) {
          const above = typeof path.prev?.key === 'number' ? path.prev.prev : path.prev;
          const page = above && pages.get(above);
          return page?.sizedFields.includes(field) ? page.length : undefined;
        },
      });
      return { actual: () => Math.min(chargedPoints(total) * microPerPoint, Number.MAX_SAFE_INTEGER) };
    },
    running: (contextValue) =>
      typeof contextValue === 'object' && contextValue !== null ? meters.get(contextValue) : undefined,
  };
}
