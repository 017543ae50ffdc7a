import type { PageConfiguration } from './page-configuration.ts';

export interface EmptyStateProps {
  readonly configuration: PageConfiguration;
  readonly endpoint: string;
}

/** What stands in place of the editors while there is no key: nothing went wrong, and this is how to begin. */
export function EmptyState({ configuration, endpoint }: EmptyStateProps) {
  const management = configuration.surface === 'MANAGEMENT';
  return (
    <section className="empty" aria-labelledby="empty-title">
      <h2 id="empty-title">Paste a key to begin</h2>
      <p>
        Every key has its own view of the {configuration.title}. With a key, this page shows exactly the part of the
        schema which that key may use.
      </p>
      <dl>
        <dt>Where is a key?</dt>
        <dd>
          {management ? (
            <>
              The first start of the server wrote the admin key to <code>.fieldpass/admin.key</code>. It manages
              everything, this page included.
            </>
          ) : (
            <>
              The first start of the server wrote a demo key to <code>.fieldpass/demo.key</code>. Keys of your own are
              made on the management API, with the admin key in <code>.fieldpass/admin.key</code>.
            </>
          )}
        </dd>
        <dt>How is it sent?</dt>
        <dd>
          In a header, with every request to <code>{endpoint}</code>:
          <code className="line">Authorization: Bearer &lt;key&gt;</code>
        </dd>
        <dt>Where does it go?</dt>
        <dd>To this server only. This tab keeps it until you close it or press “Forget key”.</dd>
      </dl>
    </section>
  );
}
