import type { Address } from './connection-target.ts';

/** In which order the addresses of a server and its replicas are tried; all sessions to them share what is known. */
export interface AddressOrder {
  /** All of them, the likeliest first. */
  readonly current: readonly Address[];
  /** It goes first from now on. */
  answered(address: Address): void;
  /** It goes last from now on: it was gone, mute, busy with its start, or a standby. */
  failed(address: Address): void;
}

/** At first in the order of the URL. */
export function addressOrder(addresses: readonly Address[]): AddressOrder {
  let current = addresses;
  const without = (address: Address): readonly Address[] => current.filter((other) => other !== address);
  return {
    get current() {
      return current;
    },
    answered(address) {
      if (current[0] !== address) current = [address, ...without(address)];
    },
    failed(address) {
      if (current.length > 1) current = [...without(address), address];
    },
  };
}
