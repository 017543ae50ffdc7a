CREATE TABLE "usage_field_set" (
	"id" uuid PRIMARY KEY NOT NULL,
	"rules" text[] NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "usage_set_hour" (
	"at" timestamp (3) with time zone NOT NULL,
	"api_key_id" uuid NOT NULL,
	"application_id" uuid NOT NULL,
	"surface" text NOT NULL,
	"set_id" uuid NOT NULL,
	"uses" bigint DEFAULT 0 NOT NULL,
	"denials" bigint DEFAULT 0 NOT NULL,
	"last_used_at" timestamp (3) with time zone,
	CONSTRAINT "usage_set_hour_pkey" PRIMARY KEY("api_key_id","at","set_id","surface")
) PARTITION BY RANGE ("at");
--> statement-breakpoint
ALTER TABLE "request_log" DROP CONSTRAINT "request_log_pkey";--> statement-breakpoint
ALTER TABLE "request_log" ADD CONSTRAINT "request_log_pkey" PRIMARY KEY("id","at");--> statement-breakpoint
ALTER TABLE "usage_stale" ADD COLUMN "version" bigint DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "usage_stale" ADD COLUMN "rolled_up_version" bigint;--> statement-breakpoint
ALTER TABLE "usage_stale" ADD COLUMN "rolled_up_through" uuid;--> statement-breakpoint
CREATE INDEX "usage_field_set_rules_index" ON "usage_field_set" USING gin ("rules");--> statement-breakpoint
CREATE INDEX "usage_field_set_last_seen_at_index" ON "usage_field_set" USING btree ("last_seen_at");--> statement-breakpoint
CREATE INDEX "usage_set_hour_set_index" ON "usage_set_hour" USING btree ("set_id","at");;--> statement-breakpoint
-- Tables of times become partitioned. What is in one becomes its first partition, in place; an empty one goes. From here
-- on the server makes partitions ahead and drops old ones.
DO $$
DECLARE
  converted record;
  found record;
  indexes text[];
  definition text;
  before text;
  last timestamptz;
BEGIN
  FOR converted IN SELECT * FROM (VALUES
    ('usage_minute', 'day', 'at, dimensions'),
    ('usage_hour', 'month', 'at, dimensions'),
    ('usage_day', 'month', 'at, dimensions'),
    ('usage_field_day', 'month', 'at, api_key_id, surface, coordinate, verb'),
    ('request_log', 'day', 'id, at')) AS t(name, unit, key)
  LOOP
    before := converted.name || '_before';
    indexes := '{}';
    FOR found IN SELECT indexname, indexdef FROM pg_indexes
      WHERE schemaname = current_schema() AND tablename = converted.name
    LOOP
      IF found.indexdef NOT LIKE 'CREATE UNIQUE%' THEN
        indexes := indexes || found.indexdef;
      END IF;
      EXECUTE format('ALTER INDEX %I RENAME TO %I', found.indexname, replace(found.indexname, converted.name, before));
    END LOOP;
    EXECUTE format('ALTER TABLE %I RENAME TO %I', converted.name, before);
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS) PARTITION BY RANGE (at)', converted.name, before);
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I PRIMARY KEY (%s)', converted.name, converted.name || '_pkey', converted.key);
    FOREACH definition IN ARRAY indexes LOOP
      EXECUTE definition;
    END LOOP;
    EXECUTE format('SELECT max(at) FROM %I', before) INTO last;
    IF last IS NULL THEN
      EXECUTE format('DROP TABLE %I', before);
    ELSE
      last := date_trunc(converted.unit, greatest(last, now()) AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%L)', converted.name, before,
        ((last AT TIME ZONE 'UTC') + ('1 ' || converted.unit)::interval) AT TIME ZONE 'UTC');
    END IF;
  END LOOP;
END
$$;
