/** A content coding that the build prepared. */
export type Coding = 'br' | 'gzip';

/** The best prepared coding that an `Accept-Encoding` allows, or `undefined` for none (RFC 9110 §12.5.3). */
export function acceptedCoding(acceptEncoding: string): Coding | undefined {
  const weights = new Map<string, number>();
  for (const part of acceptEncoding.toLowerCase().split(',')) {
    const [coding = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    weights.set(coding, weight === undefined ? 1 : Number(weight.slice(2)));
  }
  const allowed = (coding: Coding) => (weights.get(coding) ?? weights.get('*') ?? 0) > 0;
  if (allowed('br')) return 'br';
  return allowed('gzip') ? 'gzip' : undefined;
}
