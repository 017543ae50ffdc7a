import { innerId, recordedState } from '../../apis/management/audit/audit-state.ts';
import type { AuditEntry } from '../../audit/audit-entry.ts';
import type { ChainLink } from '../../audit/chain-verifier.ts';
import { ManagementError, type SendOperation } from '../management-client.ts';

/** From the end of the list, which begins with the latest: what is appended meanwhile moves nothing. */
const document = `query AuditChain($before: String) {
  auditEvents(last: 100, before: $before) {
    nodes {
      seq at actorId actorAddress requestId action targetType targetId applicationId before after prevHash hash
    }
    pageInfo { hasPreviousPage startCursor }
  }
}`;

interface AnsweredEvent {
  readonly seq: number;
  readonly at: string;
  readonly actorId: string | null;
  readonly actorAddress: string | null;
  readonly requestId: string | null;
  readonly action: string;
  readonly targetType: string;
  readonly targetId: string;
  readonly applicationId: string | null;
  readonly before: AuditEntry['before'] | null;
  readonly after: AuditEntry['after'] | null;
  readonly prevHash: string;
  readonly hash: string;
}

/**
 * The events of the chain, the oldest first, a page at a time. Throws a `ManagementError` when a page says that there
 * are more and does not lead to them: it has no event, or the cursor that it was asked with. Whoever answers so for ever
 * would otherwise be asked for ever.
 */
export async function* readChain(send: SendOperation): AsyncGenerator<readonly ChainLink[]> {
  let before: string | null = null;
  let read = 0;
  for (;;) {
    const { auditEvents } = await send(document, { before });
    const nodes: readonly AnsweredEvent[] = auditEvents.nodes;
    const { hasPreviousPage, startCursor } = auditEvents.pageInfo;
    if (hasPreviousPage && (nodes.length === 0 || startCursor === null || startCursor === before)) {
      throw new ManagementError(
        `The server says that there are more audit events than the ${read} it has answered, and does not answer them: the chain cannot be read to its end.`,
      );
    }
    yield nodes.toReversed().map(linkOf);
    if (!hasPreviousPage) return;
    read += nodes.length;
    before = startCursor;
  }
}

function linkOf(event: AnsweredEvent): ChainLink {
  return {
    seq: event.seq,
    prevHash: Buffer.from(event.prevHash, 'hex'),
    hash: Buffer.from(event.hash, 'hex'),
    entry: {
      at: Date.parse(event.at),
      actorKeyId: event.actorId === null ? undefined : innerId(event.actorId),
      actorAddress: event.actorAddress ?? undefined,
      requestId: event.requestId ?? undefined,
      action: event.action as AuditEntry['action'],
      targetType: event.targetType as AuditEntry['targetType'],
      targetId: innerId(event.targetId),
      applicationId: event.applicationId === null ? undefined : innerId(event.applicationId),
      before: recordedState(event.before ?? undefined),
      after: recordedState(event.after ?? undefined),
    },
  };
}
