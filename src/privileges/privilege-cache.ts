import { type CacheBound, weighedCache } from '../kernel/bounded-cache.ts';
import { textBytes } from '../kernel/heap-bytes.ts';
import { invariant } from '../kernel/invariant.ts';
import type { CompiledSchema } from '../plan/compiled-schema.ts';
import {
  type CompiledPrivileges,
  type CompileOptions,
  compilePrivileges,
  privilegesBytes,
} from './compile-privileges.ts';
import { parsePrivilege } from './grammar/parse-privilege.ts';
import { privilegeSet } from './grammar/parse-privilege-set.ts';

/** Compiled privileges of one schema; keys with the same rules share one. */
export interface PrivilegeCache {
  /** Of stored rules. One that no longer parses gives nothing; a `!` rule that no longer parses ends everything. */
  get(texts: readonly string[], options: CompileOptions): CompiledPrivileges;
}

export const privilegeCacheBounds = {
  byHash: { holds: 'compiled privileges, by what they allow; of each API', maxBytes: 16_000_000 },
  byTexts: { holds: 'the same by the texts of the rules', maxBytes: 16_000_000 },
} satisfies Record<string, CacheBound>;

export function createPrivilegeCache(schema: CompiledSchema): PrivilegeCache {
  const weigh = (compiled: CompiledPrivileges, key: string) => textBytes(key) + privilegesBytes(schema, compiled);
  const byTexts = weighedCache<string, CompiledPrivileges>(privilegeCacheBounds.byTexts, weigh);
  const byHash = weighedCache<string, CompiledPrivileges>(privilegeCacheBounds.byHash, weigh);
  return {
    get(texts, options) {
      const textKey = `${options.loneStarMatchesExplicit ? '*' : ''}\n${texts.join('\n')}`;
      const known = byTexts.get(textKey);
      if (known !== undefined) return known;
      const compiled = compilePrivileges(schema, privilegeSet(understood(texts)), options);
      // Other spellings and orders of the same rules share the first one's bits.
      const shared = byHash.get(compiled.hash) ?? compiled;
      invariant(shared.hash === compiled.hash, 'equal rules have equal hashes');
      byHash.set(shared.hash, shared);
      byTexts.set(textKey, shared);
      return shared;
    },
  };
}

function understood(texts: readonly string[]) {
  const byText = new Map(
    texts.flatMap((text) => {
      const answer = parsePrivilege(text);
      return answer.kind === 'VALID' ? [[answer.privilege.text, answer.privilege] as const] : [];
    }),
  );
  const lostDenial = texts.some((text) => text.startsWith('!') && parsePrivilege(text).kind === 'INVALID');
  return lostDenial ? [] : byText.values();
}
