import type { AdministrationServices, Caller } from '../../administration/services.ts';
import type { RequestExplainer } from '../../admission/explanation.ts';
import { deriveSecret } from '../../keys/token/derive-secret.ts';
import type { ThrottleStore } from '../../throttle/throttle-store.ts';
import type { UsageRecorder } from '../../usage/record/usage-recorder.ts';
import type { Builder } from '../shared/builder.ts';
import type { CallerContext } from '../shared/context.ts';
import { type CursorCodec, cursorCodec } from '../shared/cursor.ts';

/** What resolvers of the management API see. */
export interface ManagementContext extends CallerContext {
  readonly administration: AdministrationServices;
  readonly explainer: RequestExplainer;
  /** What is left of budgets. */
  readonly throttle: Pick<ThrottleStore, 'peek'>;
  /** Reports write first what this instance has counted. */
  readonly usage: Pick<UsageRecorder, 'flush'>;
  /** HTTP method of the request. */
  readonly requestMethod: string;
}

export type ManagementBuilder = Builder<ManagementContext>;

/** The actor of every use case: the key that the request proved. */
export function callerOf({ apiKey, secretId, secretStatus, clientAddress, requestId }: ManagementContext): Caller {
  return { key: apiKey, secretId, secretStatus, address: clientAddress, requestId };
}

/** Authenticates the cursors of one list in one order. */
export function cursorsOf({ administration }: ManagementContext, list: string, order: string): CursorCodec {
  return cursorCodec(deriveSecret(administration.peppers, 'cursors'), list, order);
}
