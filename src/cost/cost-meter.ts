import type { GraphQLResolveInfo } from 'graphql';
import { type MicroPoints, microPerPoint } from '../kernel/micro-points.ts';
import type { CompiledField, CompiledObject } from '../plan/compiled-schema.ts';
import type { CoercedVariables } from '../plan/document-plan.ts';
import { sizedBelow } from '../plan/sized-fields.ts';
import type { AnsweredLeaves } from './answered-leaves.ts';
import type { Granted } from './evaluate-program.ts';
import type { ListLength } from './list-length.ts';
import { chargedPoints, saturate } from './points.ts';

/** Adds up what one execution really costs. */
export interface CostMeter {
  /** What is charged for an execution that answered `data`: whole points, at least 1, in micro-points. */
  actual(data?: unknown): MicroPoints;
  /** A list whose size was only assumed was longer: the one reason for which the actual cost may exceed the requested. */
  readonly servedMore: boolean;
}

/** What the estimate left out, the meter leaves out too: pass the same `granted`. */
export interface MeterOptions {
  readonly granted?: Granted | undefined;
  /** The estimate's part for `__schema` and `__type`, whose resolvers are graphql-js's own. */
  readonly introspection?: MicroPoints;
  /** Of the operation's formula: leaves are counted when they are answered. */
  readonly answeredLeaves?: AnsweredLeaves | undefined;
  /** Coerced, as the estimate had them. */
  readonly variables?: CoercedVariables;
  /** Without one nothing stops an execution. */
  readonly limit?: CostLimit | undefined;
}

/** Where an execution stops. Only one whose lists are longer than was assumed comes so far. */
export interface CostLimit {
  readonly cost: MicroPoints;
  /** The error of each field that would cost more. */
  readonly exceeded: () => Error;
}

/** The meters of one server, found by the context value of their execution. */
export interface CostMeters {
  begin(contextValue: object, options?: MeterOptions): CostMeter;
  running(contextValue: unknown): RunningMeter | undefined;
}

/** A meter as instrumented resolvers see it. */
export interface RunningMeter {
  /** Throws when the execution would cost more than it may, and has not added that. */
  add(cost: MicroPoints): void;
  noteServedMore(): void;
  /** False for a field that the key may not read: it is denied, and not paid. */
  pays(field: CompiledField): boolean;
  sees(type: CompiledObject): boolean;
  /** Remembers the page that a field gives to lists below it. */
  setPage(path: GraphQLResolveInfo['path'], page: Page): void;
  /** The page that the field above gives to a list, if it gives one. */
  pageFor(path: GraphQLResolveInfo['path'], field: string): PageLength | undefined;
  /** Remembers for a single object what the field above says of lists below it, if it says something. */
  passPage(path: GraphQLResolveInfo['path'], field: string): void;
}

export type PageLength = Pick<Extract<ListLength, { kind: 'LENGTH' }>, 'length' | 'mayBeLonger'>;

interface Page extends PageLength {
  readonly sizedFields: readonly string[];
}

export function createCostMeters(): CostMeters {
  const meters = new WeakMap<object, RunningMeter>();
  return {
    begin(contextValue, { granted, introspection = 0, answeredLeaves, variables = {}, limit } = {}) {
      let total = introspection;
      let servedMore = false;
      let stopped: Error | undefined;
      // By identity: execution gives every call of a field a path object of its own, and children link to it.
      const pages = new WeakMap<object, Page>();
      const pageAbove = (path: GraphQLResolveInfo['path']) => {
        const above = typeof path.prev?.key === 'number' ? path.prev.prev : path.prev;
        return above && pages.get(above);
      };
      meters.set(contextValue, {
        add: (cost) => {
          if (stopped) throw stopped;
          const next = saturate(total + cost);
          if (limit && next > limit.cost) {
            stopped = limit.exceeded();
            throw stopped;
          }
          total = next;
        },
        noteServedMore: () => {
          servedMore = true;
        },
        pays: ({ needs }) => !granted || needs.every((bit) => granted.has(bit)),
        sees: (type) => !granted || granted.seesObject(type),
        setPage: (path, page) => pages.set(path, page),
        pageFor(path, field) {
          const page = pageAbove(path);
          return page?.sizedFields.includes(field) ? page : undefined;
        },
        passPage(path, field) {
          const page = pageAbove(path);
          const sizedFields = page ? sizedBelow(page.sizedFields, field) : [];
          if (page && sizedFields.length > 0) pages.set(path, { ...page, sizedFields });
        },
      });
      return {
        get servedMore() {
          return servedMore;
        },
        actual(data) {
          const counted = saturate(total + (answeredLeaves?.(data, variables, granted) ?? 0));
          // Leaves are counted when all is over: nobody owes more than the operation may cost.
          const all = Math.min(counted, limit?.cost ?? counted);
          return Math.min(chargedPoints(all) * microPerPoint, Number.MAX_SAFE_INTEGER);
        },
      };
    },
    running: (contextValue) =>
      typeof contextValue === 'object' && contextValue !== null ? meters.get(contextValue) : undefined,
  };
}
