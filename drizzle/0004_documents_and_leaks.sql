CREATE TABLE "document" (
	"hash" text PRIMARY KEY NOT NULL,
	"text" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" uuid NOT NULL,
	CONSTRAINT "document_hash_check" CHECK ("document"."hash" ~ '^[0-9a-f]{64}$')
);
--> statement-breakpoint
ALTER TABLE "api_key_secret" ADD COLUMN "exposed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "application" ADD COLUMN "leak_policy" text DEFAULT 'DISABLE' NOT NULL;--> statement-breakpoint
CREATE INDEX "document_created_at_index" ON "document" USING btree ("created_at","hash");--> statement-breakpoint
ALTER TABLE "application" ADD CONSTRAINT "application_leak_policy_check" CHECK ("application"."leak_policy" IN ('DISABLE', 'EXPIRE_AFTER_GRACE', 'ALERT'));