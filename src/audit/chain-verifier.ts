import type { AuditEntry } from './audit-entry.ts';
import { auditHash, chainStart } from './audit-hash.ts';

/** An entry with its links, as it is stored. */
export interface ChainLink {
  /** Place in the chain: rising, not without gaps. */
  readonly seq: number;
  readonly prevHash: Uint8Array;
  readonly hash: Uint8Array;
  readonly entry: AuditEntry;
}

/** The last entry of a chain: whoever keeps it elsewhere can tell later that nothing before it is gone. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: Uint8Array;
}

export type AuditVerdict =
  | { readonly kind: 'INTACT'; readonly entries: number; readonly head: ChainHead }
  /** The first entry that is not what the chain demands: it, or one before it, was edited or removed. */
  | { readonly kind: 'BROKEN'; readonly seq: number }
  /** Intact as far as it goes, but it does not hold the entry that was its head once. */
  | { readonly kind: 'TRUNCATED'; readonly entries: number; readonly head: ChainHead };

export interface ChainVerifier {
  /** The next entry, in the order of the chain. False: it is broken here, and the rest does not matter. */
  add(link: ChainLink): boolean;
  verdict(): AuditVerdict;
}

/** Walks a chain from its first entry on; `known` is a head that it had earlier. */
export function createChainVerifier(known?: ChainHead): ChainVerifier {
  let head: ChainHead = { seq: 0, hash: chainStart };
  let entries = 0;
  let broken: number | undefined;
  let holdsKnown = known === undefined || (known.seq === 0 && sameBytes(known.hash, chainStart));

  return {
    add({ seq, prevHash, hash, entry }) {
      if (broken !== undefined) return false;
      const linked = seq > head.seq && sameBytes(prevHash, head.hash);
      if (!linked || !sameBytes(hash, auditHash(head.hash, entry))) {
        broken = seq;
        return false;
      }
      head = { seq, hash };
      entries += 1;
      if (known && seq === known.seq && sameBytes(hash, known.hash)) holdsKnown = true;
      return true;
    },
    verdict() {
      if (broken !== undefined) return { kind: 'BROKEN', seq: broken };
      return { kind: holdsKnown ? 'INTACT' : 'TRUNCATED', entries, head };
    },
  };
}

/** `<hash in hex>:<seq>` */
export function formatHead({ seq, hash }: ChainHead): string {
  return `${Buffer.from(hash).toString('hex')}:${seq}`;
}

/** The inverse of `formatHead`, or `undefined` for every other text. */
export function parseHead(text: string): ChainHead | undefined {
  const [, hash = '', seq = ''] = /^([0-9a-fA-F]{64}):(\d{1,15})$/.exec(text.trim()) ?? [];
  return hash === '' ? undefined : { hash: Buffer.from(hash, 'hex'), seq: Number(seq) };
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.from(left).equals(right);
}
