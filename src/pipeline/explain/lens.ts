import type { DocumentNode, GraphQLSchema } from 'graphql';
import { judgePrivileges } from '../../admission/privileges.ts';
import { refused, type Verdict } from '../../admission/verdict.ts';
import { codedError, codeOf } from '../../kernel/errors.ts';
import type { ApiKeyRecord } from '../../keys/api-key.ts';
import type { CompiledPrivileges } from '../../privileges/compile-privileges.ts';
import type { Denial } from '../../privileges/demands.ts';
import { validateDocument } from '../document/validate-document.ts';
import type { Surface } from '../surface.ts';

/**
 * What an actor may know of a surface when it asks about requests that are not its own: of the protected API what it can
 * grant, of the management API what it may do itself. What is outside does not exist, and is not named.
 */
export function lensOf(actor: ApiKeyRecord, surface: Surface): CompiledPrivileges {
  if (surface.type === 'MANAGEMENT') return surface.privilegesOf(actor);
  return surface.privilegesOf({ ...actor, privileges: actor.grantable ?? [], roles: [] });
}

/** Step 9, naming nothing that is outside. */
export function judgeThroughLens(denials: readonly Denial[], lens: CompiledPrivileges): Verdict {
  const named = denials.filter((denial) => isWithin(denial, lens));
  if (denials.length === 0 || named.length > 0) return judgePrivileges(named);
  return refused('FORBIDDEN', [codedError('FORBIDDEN', 'It needs privileges that the calling key cannot grant.')]);
}

export function isWithin({ coordinate, verb }: Denial, lens: CompiledPrivileges): boolean {
  const [type = '', field = ''] = coordinate.split('.');
  return field === '*' ? lens.sees(type) : lens.allows(verb, type, field);
}

/** A suggestion names something of the key's own view, of which the actor may know less. */
export function withoutSuggestions(verdict: Verdict, document: DocumentNode, view: GraphQLSchema): Verdict {
  if (verdict.kind === 'PASSED') return verdict;
  const errors = validateDocument(view, document);
  if (errors.length === 0) return verdict;
  return refused(
    verdict.outcome,
    errors.map((error) => codedError(codeOf(error) ?? 'GRAPHQL_VALIDATION_FAILED', error.message)),
  );
}
