import { inputError } from '../../shared/input-error.ts';

interface GivenHeader {
  readonly name: string;
  readonly value: string;
}

const mostHeaders = 50;
/** RFC 9110 §5.1 and §5.5, as the Fetch standard's `Headers` takes them. */
const headerName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}$/;
const headerValue = /^[\t\x20-\x7e\x80-\xff]{0,2000}$/;

/** Headers of a request that is only talked about. Those that carry keys say nothing here, and would be kept. */
export function readHeaders(given: readonly GivenHeader[]): readonly (readonly [string, string])[] {
  if (given.length > mostHeaders) throw refusal(`must be at most ${mostHeaders} headers`);
  return given.map(({ name, value }) => {
    if (!headerName.test(name) || !headerValue.test(value)) throw refusal('must be headers of HTTP');
    if (/^(authorization|x-api-key|cookie)$/i.test(name)) {
      throw refusal('must not carry credentials: apiKeyId says which key it is');
    }
    return [name, value] as const;
  });
}

function refusal(message: string) {
  return inputError([{ message, path: ['input', 'headers'] }]);
}
