import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './workbench.css';
import { GraphiQL } from 'graphiql';
import { buildClientSchema, type IntrospectionQuery } from 'graphql';
import { useCallback, useMemo, useState } from 'react';
import { CostFooter } from './cost-footer.tsx';
import { costReport } from './cost-report.ts';
import { explorerFetcher } from './explorer-fetcher.ts';
import { firstCode, type GraphQLAnswer } from './graphql-answer.ts';
import { introspectionOptions } from './open-schema.ts';
import type { PageConfiguration } from './page-configuration.ts';
import { refusalSentence } from './refusal-sentence.ts';
import { headerStub } from './request-headers.ts';
import { startingOperations } from './starting-operations.ts';
import { volatileStorage } from './volatile-storage.ts';
import { type WorkbenchTab, workbenchTabs } from './workbench-tabs.ts';

export interface WorkbenchProps {
  readonly endpoint: string;
  readonly surface: PageConfiguration['surface'];
  readonly apiKey: string;
  readonly introspection: IntrospectionQuery;
  /** What was written under the key before. */
  readonly written: readonly WorkbenchTab[];
  onWrite(tabs: readonly WorkbenchTab[]): void;
  onNotice(notice: string | undefined): void;
}

/** GraphiQL for one key. It lives as long as the key is in use: another key gets another workbench. */
export function Workbench({ endpoint, surface, apiKey, introspection, written, onWrite, onNotice }: WorkbenchProps) {
  const [answer, setAnswer] = useState<GraphQLAnswer>();
  const [storage] = useState(volatileStorage);
  const [tabs] = useState(() => workbenchTabs(startingOperations(surface), buildClientSchema(introspection), written));

  const fetcher = useMemo(
    () =>
      explorerFetcher({
        endpoint,
        key: apiKey,
        introspection,
        onAnswer(latest, ofKeyBox) {
          setAnswer(latest);
          if (ofKeyBox) onNotice(keyHasEnded(latest) ? refusalSentence(latest) : undefined);
        },
      }),
    [endpoint, apiKey, introspection, onNotice],
  );
  const rememberWritten = useCallback(
    ({ tabs: present }: { tabs: readonly WorkbenchTab[] }) =>
      onWrite(present.filter(({ query }) => tabs.every((opened) => opened.query !== query))),
    [onWrite, tabs],
  );

  return (
    <GraphiQL
      fetcher={fetcher}
      storage={storage}
      defaultTabs={tabs}
      defaultHeaders={headerStub}
      defaultQuery=""
      defaultEditorToolsVisibility={window.matchMedia('(min-width: 760px)').matches && 'variables'}
      shouldPersistHeaders={false}
      onTabChange={rememberWritten}
      {...introspectionOptions}
    >
      <GraphiQL.Logo> </GraphiQL.Logo>
      <GraphiQL.Footer>
        <CostFooter report={answer && costReport(answer)} durationMs={answer?.durationMs} />
      </GraphiQL.Footer>
    </GraphiQL>
  );
}

/** Refusals that are about the key, not about the operation. */
function keyHasEnded({ status, body }: GraphQLAnswer): boolean {
  return status === 401 || (firstCode(body)?.startsWith('API_KEY_') ?? false);
}
