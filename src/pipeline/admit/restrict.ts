import type { DocumentNode } from 'graphql';
import { judgeApiRestrictions } from '../../admission/api-restrictions.ts';
import { judgeRestrictions } from '../../admission/restrictions.ts';
import { judgeRetiringSecret } from '../../admission/retiring-secret.ts';
import { passed, type Verdict } from '../../admission/verdict.ts';
import type { ApiKeyRecord } from '../../keys/api-key.ts';
import { type CoercedVariables, type DocumentPlan, holds } from '../../plan/document-plan.ts';
import { judgeClient, listsOrigin, type PresentedClient, presentedClient } from '../../restrictions/judge-client.ts';
import { judgeRestrictedOperation, type RestrictedOperation } from '../../restrictions/judge-operation.ts';
import type { OperationKind } from '../../restrictions/restrictions.ts';
import { documentHash } from '../document/document-hash.ts';
import type { Caller } from '../request-record.ts';
import type { Surface } from '../surface.ts';
import { isUrgent } from './urgent.ts';

/** The part of the request's record that this step reads and writes. */
interface ArrivalRecord {
  readonly arrival: { readonly clientAddress: string };
  client: PresentedClient | undefined;
  originListed: boolean | undefined;
}

/** Step 5: where the key works; noted for CORS, whatever the answer. */
export function restrictClient(request: Request, record: ArrivalRecord, key: ApiKeyRecord, surface: Surface): Verdict {
  const restrictions = surface.restrictionsOf(key);
  const client = presentedClient(request.headers, record.arrival.clientAddress);
  record.client = client;
  record.originListed =
    restrictions !== undefined && client.origin !== null && listsOrigin(restrictions, client.origin);
  return restrictions ? judgeRestrictions(judgeClient(restrictions, client)) : passed;
}

/** The same anew, for something that outlives its request: the key may have been restricted since. */
export function restrictClientAgain(
  { client }: Pick<ArrivalRecord, 'client'>,
  key: ApiKeyRecord,
  surface: Surface,
): Verdict {
  const restrictions = surface.restrictionsOf(key);
  return restrictions && client ? judgeRestrictions(judgeClient(restrictions, client)) : passed;
}

/** Step 8: what the key is for, and what a former secret of it can still do. */
export function restrictOperation(
  { key, secret }: Pick<Caller, 'key' | 'secret'>,
  operation: RestrictedOperation,
  surface: Surface,
): Verdict {
  const retiring = judgeRetiringSecret(key.type, secret, operation);
  if (retiring.kind === 'REFUSED') return retiring;
  const restrictions = surface.restrictionsOf(key);
  return restrictions ? judgeApiRestrictions(judgeRestrictedOperation(restrictions, operation), operation) : passed;
}

/** The root fields that will be executed, by name, never by response name; and the document as it was sent. */
export function restrictedOperation(
  plan: DocumentPlan,
  variables: CoercedVariables,
  document: DocumentNode,
  { urgentMutations }: Pick<Surface, 'urgentMutations'>,
): RestrictedOperation {
  const { operation, root } = plan;
  const fields = (root.byType[0]?.fields ?? []).filter(({ when }) => holds(when, variables));
  return {
    type: operation.operation.toUpperCase() as OperationKind,
    rootFields: fields.flatMap((field) => {
      if (field.kind === 'TYPENAME') return [];
      return field.kind === 'FIELD' ? [field.field.coordinate.field] : [field.node.name.value];
    }),
    // Few keys are for listed documents only: nobody else waits for a hash.
    get documentHash() {
      return documentHash(document);
    },
    get isUrgent() {
      return isUrgent(plan, urgentMutations, () => variables);
    },
  };
}

/** What an export of the schema is. */
export const schemaOperation: RestrictedOperation = {
  type: 'QUERY',
  rootFields: ['__schema'],
  documentHash: undefined,
  isUrgent: false,
};
