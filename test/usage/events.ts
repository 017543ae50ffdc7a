import type { UsageEvent } from '../../src/usage/usage-event.ts';

/** A request as usage sees it, of no key unless it says so. */
export function usageEvent(given: Partial<UsageEvent> = {}): UsageEvent {
  return {
    at: Date.UTC(2026, 10, 24, 12),
    requests: 1,
    requestId: 'request',
    surface: 'API',
    apiKey: undefined,
    operation: undefined,
    outcome: 'OK',
    errorCode: undefined,
    errors: 0,
    requestedCost: 1,
    actualCost: 1,
    latencyMs: 4,
    clientAddress: '192.0.2.1',
    clientName: undefined,
    clientVersion: undefined,
    uses: [],
    denials: [],
    ...given,
  };
}

export const someKey = {
  id: '019abcde-0000-7000-8000-000000000001',
  secretId: '019abcde-0000-7000-8000-000000000002',
  applicationId: '019abcde-0000-7000-8000-000000000003',
};

export function operationNamed(name: string, hash = name): NonNullable<UsageEvent['operation']> {
  return { type: 'query', name, document: { hash, normalized: `query ${name} { a }` } };
}
