import { lazy, Suspense, useCallback, useEffect, useRef } from 'react';
import { EmptyState } from './empty-state.tsx';
import { KeyBox } from './key-box.tsx';
import type { PageConfiguration } from './page-configuration.ts';
import { useKeySession } from './use-key-session.ts';
import type { WorkbenchTab } from './workbench-tabs.ts';

const loadWorkbench = () => import('./workbench.tsx').then(({ Workbench }) => ({ default: Workbench }));
const Workbench = lazy(loadWorkbench);

export interface PageProps {
  readonly configuration: PageConfiguration;
  readonly endpoint: string;
}

/** The key box on top, and below it the workbench of the key that is in use. */
export function Page({ configuration, endpoint }: PageProps) {
  const { session, notice, recalled, use, forget, notify } = useKeySession(endpoint);
  const written = useRef<readonly WorkbenchTab[]>([]);
  const rememberTabs = useCallback((tabs: readonly WorkbenchTab[]) => {
    written.current = tabs;
  }, []);
  const forgetAll = useCallback(() => {
    written.current = [];
    forget();
  }, [forget]);

  // The editors are large: they come while the key is being looked for.
  useEffect(() => void loadWorkbench(), []);

  return (
    <div className="page">
      <header className="page-header">
        <h1 className="page-name">
          <Mark />
          Fieldpass
          <span className="page-surface">{configuration.title}</span>
        </h1>
        <KeyBox
          recalled={recalled}
          notice={notice}
          busy={session.kind === 'OPENING'}
          open={session.kind === 'OPEN'}
          onUse={use}
          onForget={forgetAll}
        />
      </header>
      <main className="page-main">
        {session.kind === 'EMPTY' && <EmptyState configuration={configuration} endpoint={endpoint} />}
        {session.kind === 'OPENING' && <Waiting />}
        {session.kind === 'OPEN' && (
          <Suspense fallback={<Waiting />}>
            <Workbench
              key={session.generation}
              endpoint={endpoint}
              surface={configuration.surface}
              apiKey={session.key}
              introspection={session.introspection}
              written={written.current}
              onWrite={rememberTabs}
              onNotice={notify}
            />
          </Suspense>
        )}
      </main>
    </div>
  );
}

function Waiting() {
  return (
    <p className="waiting" role="status">
      Fetching what this key may see…
    </p>
  );
}

function Mark() {
  return (
    <svg className="page-mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <circle cx="12" cy="16" r="5" />
      <path d="M17 16h9M22 16v4M26 16v3" />
    </svg>
  );
}
