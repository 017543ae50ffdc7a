import type { ArgumentCharge, RequestExplainer } from '../../admission/explanation.ts';
import type { ApiKeyType } from '../../keys/api-key.ts';
import type { PipelineServices } from '../services.ts';
import type { Surface } from '../surface.ts';
import { documentProblems } from './document-problems.ts';
import { explainRequest } from './explain-request.ts';
import { lensOf } from './lens.ts';
import { documentReader } from './read-document.ts';
import { requiredPrivileges } from './required-privileges.ts';

/** One surface with what stands behind it. */
export interface Gate {
  readonly surface: Surface;
  readonly services: PipelineServices;
}

/**
 * Answers one request what would become of others, by the decisions that admit requests; nothing of those runs, counts or is
 * charged but that their documents are read.
 */
export function createExplainer(gates: Readonly<Record<ApiKeyType, Gate>>, charge: ArgumentCharge): RequestExplainer {
  const { API, MANAGEMENT } = gates;
  const readers = {
    API: documentReader(API.surface, API.services, charge),
    MANAGEMENT: documentReader(MANAGEMENT.surface, MANAGEMENT.services, charge),
  };
  return {
    requiredPrivileges: (actor, operation) => requiredPrivileges(operation, lensOf(actor, API.surface), readers.API),
    explain: (actor, request) => {
      const { type } = request.key;
      return explainRequest(actor, request, readers[type], gates[type].services);
    },
    documentProblems: (actor, documents) =>
      documentProblems(documents, API.surface, lensOf(actor, API.surface), API.services, charge),
  };
}
