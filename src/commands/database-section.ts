/** Of the page about configuration: what users of a server of their own want to know. */
export const databaseSection = `## The database

\`DATABASE_URL\` reads as libpq reads it, but for the variables of the environment (\`PGHOST\` and so on count for nothing):
\`postgres://user:password@host:5432/database\`, a Unix socket by \`postgres://user@/database?host=/var/run/postgresql\`,
several hosts by \`postgres://user@a:5432,b:5433/database\` or \`?host=a,b&port=5432,5433\`.

**Several hosts** are one server and its replicas. They are tried one after another until one lets us in and can be written
to: one that hangs after it accepted, starts, stops, has no room or is a standby is passed over, one that refuses the user,
the password or the database is not. Each has its share of the five seconds that a statement may take, and no more than
\`connect_timeout\`. The one that answered last is tried first the next time; there is no way back before it fails. A server
that turns out to be read-only later loses its connections. \`target_session_attrs=any\` also takes a standby; \`read-write\`
and \`primary\`, which stand for each other here, refuse it with one host too.

| \`sslmode\` | what it does |
| --- | --- |
| \`disable\` | The connection is in the clear. |
| \`prefer\` (default) | Encrypted when the server speaks TLS; nobody checks who it is. |
| \`require\` | Encrypted, or none; with \`sslrootcert\` also what \`verify-ca\` does. |
| \`verify-ca\` | Its certificate must come from \`sslrootcert\` (a file), or from one that Node trusts. |
| \`verify-full\` | And be of this host. \`sslrootcert=system\` means this with the certificates that Node trusts. |

\`sslcert\` and \`sslkey\` name a certificate of our own. \`allow\`, and what else of libpq cannot be kept here
(other \`target_session_attrs\`, \`channel_binding=require\`, \`sslcrl\`, \`passfile\`, \`service\`), stops the start.

**Settings.** Each session begins by setting what it relies on: \`DateStyle\`, \`TimeZone\`, \`IntervalStyle\`, \`bytea_output\`,
\`extra_float_digits\`, \`standard_conforming_strings\`, \`client_encoding\`, isolation (\`read committed\`), \`read-write\`, timeouts and
some more; \`ALTER DATABASE … SET\`, \`ALTER ROLE … SET\` and parameters of the URL do not change them. What only its owner can
judge stays (memory, planner, tablespaces), but that no statement for data takes a second processor
(\`max_parallel_workers_per_gather = 0\`). \`synchronous_commit = off\` becomes \`on\`, since a key whose end was reported must
not come back after a crash; \`remote_apply\` and the like stay. A server in recovery (a hot standby) stays read-only, and is
no database to start with.

**Poolers.** A pooler that lends a connection for one transaction or one statement is found out at the start and refused:
settings, \`LISTEN\`, advisory locks and prepared statements would get lost. PgBouncer works with \`pool_mode = session\`, and a
\`default_pool_size\` of at least the connections of all instances (above: 20 each by default).

**Clocks.** Whatever is removed, or declared over, for everybody goes by the clock of the database. An instance whose own
differs from it by more than a minute is not ready (\`/health/ready\`: 503, reason \`clock\`), says so in its log and in
\`fieldpass_clock_offset_seconds\`, and removes nothing.

**Many at once.** Any number of instances may start on an empty database at the same moment: one migrates, one seeds, the
others wait, not listening yet, and say so in their log every few seconds. When the one at work dies, another goes on.

**\`DATA_DIR\`** and all that is in it are for the user of the process alone (modes 700 and 600). One that is there already is
made so; the start is refused when it belongs to another user, holds other things as well, or is on a file system without
modes, and lets others in: then set \`DATA_DIR\` to a folder within it, which is made.
`;
