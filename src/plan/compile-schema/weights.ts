import { type GraphQLInputType, type GraphQLObjectType, getNamedType, isInputObjectType } from 'graphql';
import type { MicroPoints } from '../../kernel/micro-points.ts';
import type { Structure } from '../compiled-schema.ts';
import type { ProblemList } from '../schema-declaration-error.ts';
import { readType } from './read-declarations.ts';

const million = 1_000_000;

function microPoints(points: number): MicroPoints {
  return Math.round(points * million);
}

/** Of an argument or input field that declares no weight: an input object that is given costs a point. */
function pointsOfInput(type: GraphQLInputType): MicroPoints {
  return isInputObjectType(getNamedType(type)) ? million : 0;
}

export function weightOfObject(
  type: GraphQLObjectType,
  structure: Structure | undefined,
  problems: ProblemList,
): MicroPoints {
  const declared = readType(type).weight;
  if (declared !== undefined) return declaredWeight(declared, type.name, problems);
  return structure === 'ROOT' || structure === 'EDGE' || structure === 'PAGE_INFO' ? 0 : million;
}

/** Of an argument or input field; may be negative. */
export function weightOfInput(
  declared: number | undefined,
  type: GraphQLInputType,
  coordinate: string,
  problems: ProblemList,
): MicroPoints {
  if (declared === undefined) return pointsOfInput(type);
  if (Number.isFinite(declared)) return microPoints(declared);
  problems.report('INVALID_DECLARATION', coordinate, 'has a weight that is not a number');
  return 0;
}

/** Weights of types and fields are never negative: an actual cost could otherwise exceed its estimate. */
export function declaredWeight(points: number, coordinate: string, problems: ProblemList): MicroPoints {
  if (Number.isFinite(points) && points >= 0) return microPoints(points);
  problems.report('INVALID_DECLARATION', coordinate, 'has a weight that is not a number of at least 0');
  return 0;
}
