import type { PrivilegeBit } from '../plan/compiled-schema.ts';
import type { Verb } from '../plan/verb.ts';

/** A key's privileges on one schema, as the request carries them. */
export interface Access {
  /** Shared by all keys with the same rules. */
  readonly hash: string;
  has(bit: PrivilegeBit): boolean;
  /**
   * By name: for resolvers. Open and transparent fields are always allowed, a derived one with all that it reads; an
   * unknown coordinate never is.
   */
  allows(verb: Verb, type: string, field: string): boolean;
  /** Whether the key can see the object type: some field of it, and what that field returns, is readable. */
  sees(type: string): boolean;
}
