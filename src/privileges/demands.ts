export { checkDemands, type Denial } from './demands/check-demands.ts';
export { compileDemands, type Demands } from './demands/compile-demands.ts';
export { forbiddenErrors } from './demands/forbidden-errors.ts';
