import type { RequestExplainer } from '../../admission/explanation.ts';
import type { ApiKeyType } from '../../keys/api-key.ts';
import type { PipelineServices } from '../services.ts';
import type { Surface } from '../surface.ts';
import { documentProblems } from './document-problems.ts';
import { explainRequest } from './explain-request.ts';
import { lensOf } from './lens.ts';
import { requiredPrivileges } from './required-privileges.ts';

/** One surface with what stands behind it. */
export interface Gate {
  readonly surface: Surface;
  readonly services: PipelineServices;
}

/** Answers what would become of a request, by the decisions that admit requests; nothing runs, counts or is charged. */
export function createExplainer(gates: Readonly<Record<ApiKeyType, Gate>>): RequestExplainer {
  return {
    requiredPrivileges: (actor, operation) =>
      requiredPrivileges(actor, operation, gates.API.surface, gates.API.services),
    explain(actor, request) {
      const { surface, services } = gates[request.key.type];
      return explainRequest(actor, request, surface, services);
    },
    documentProblems: (actor, document) =>
      documentProblems(document, gates.API.surface, lensOf(actor, gates.API.surface), gates.API.services),
  };
}
