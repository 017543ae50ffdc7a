import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readAccept } from '../../src/http/accept.ts';
import { readBody } from '../../src/http/body-limit.ts';
import { codedError } from '../../src/kernel/errors.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { createPartnerEndpoint } from '../../src/leaks/partner-endpoint.ts';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const body = '[{"token":"t","type":"a"}]';

function signedRequest(): Request {
  const headers = {
    'Github-Public-Key-Identifier': 'one',
    'Github-Public-Key-Signature': sign('sha256', Buffer.from(body), privateKey).toString('base64'),
  };
  return new Request('http://localhost/secret-scanning', { method: 'POST', headers, body });
}

function endpointThat(fails: Error) {
  const report = () => Promise.reject(fails);
  const endpoint = createPartnerEndpoint({
    keys: new Map([['one', publicKey]]),
    report,
    logger: createLogger('silent'),
  });
  return async (request: Request) => {
    const arrival = { requestId: 'id', accept: readAccept(null) };
    const answered = await endpoint(request, arrival, () => readBody(request, 1_000));
    if (answered === 'TOO_LARGE') throw new Error(answered);
    return answered;
  };
}

describe('a report that cannot be dealt with now', () => {
  it('is to be sent again when the database does not answer', async () => {
    const endpoint = endpointThat(codedError('DATABASE_UNAVAILABLE', 'The database does not answer.'));
    const response = await endpoint(signedRequest());
    const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
    expect([response.status, response.headers.get('retry-after'), errors[0]?.extensions.code]).toEqual([
      503,
      '1',
      'DATABASE_UNAVAILABLE',
    ]);
  });

  it('is a fault of ours for any other reason, and never an answer that says that nothing was found', async () => {
    await expect(endpointThat(new Error('broken'))(signedRequest())).rejects.toThrow('broken');
  });
});
