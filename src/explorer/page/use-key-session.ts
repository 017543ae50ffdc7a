import type { IntrospectionQuery } from 'graphql';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { keyMemory } from './key-memory.ts';
import { openSchema } from './open-schema.ts';

export type KeySession =
  | { readonly kind: 'EMPTY' }
  | { readonly kind: 'OPENING' }
  | {
      readonly kind: 'OPEN';
      readonly key: string;
      readonly introspection: IntrospectionQuery;
      /** Grows with every key that is opened: what belongs to one is thrown away with it. */
      readonly generation: number;
    };

export interface KeySessionControl {
  readonly session: KeySession;
  /** What the key box has to say, in one sentence. */
  readonly notice: string | undefined;
  /** The key that the tab had when the page was loaded. */
  readonly recalled: string;
  use(key: string): Promise<void>;
  forget(): void;
  notify(notice: string | undefined): void;
}

/** The key of this tab and the schema that came with it. A key that is refused leaves nothing of the one before. */
export function useKeySession(endpoint: string): KeySessionControl {
  const memory = useMemo(() => keyMemory(endpoint), [endpoint]);
  const [recalled] = useState(() => memory.recall() ?? '');
  const [session, setSession] = useState<KeySession>({ kind: recalled ? 'OPENING' : 'EMPTY' });
  const [notice, notify] = useState<string>();
  const opening = useRef(new AbortController());
  const generation = useRef(0);

  const use = useCallback(
    async (key: string) => {
      opening.current.abort();
      opening.current = new AbortController();
      const { signal } = opening.current;
      setSession({ kind: 'OPENING' });
      notify(undefined);
      const opened = await openSchema(endpoint, key, signal);
      if (signal.aborted) return;
      if (opened.kind === 'OPENED') {
        memory.keep(key);
        generation.current += 1;
        setSession({ kind: 'OPEN', key, introspection: opened.introspection, generation: generation.current });
        return;
      }
      if (opened.keyIsOfNoUse) memory.forget();
      setSession({ kind: 'EMPTY' });
      notify(opened.sentence);
    },
    [endpoint, memory],
  );

  const forget = useCallback(() => {
    opening.current.abort();
    memory.forget();
    notify(undefined);
    setSession({ kind: 'EMPTY' });
  }, [memory]);

  useEffect(() => {
    if (recalled) void use(recalled);
  }, [recalled, use]);

  return { session, notice, recalled, use, forget, notify };
}
