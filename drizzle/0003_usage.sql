CREATE TABLE "request_log" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"request_id" text NOT NULL,
	"surface" text NOT NULL,
	"api_key_id" uuid,
	"secret_id" uuid,
	"application_id" uuid,
	"operation_type" text NOT NULL,
	"operation_name" text NOT NULL,
	"document_hash" text NOT NULL,
	"outcome" text NOT NULL,
	"error_code" text NOT NULL,
	"requested_cost" bigint NOT NULL,
	"actual_cost" bigint NOT NULL,
	"latency_ms" integer NOT NULL,
	"client_address" text NOT NULL,
	"client_name" text NOT NULL,
	"client_version" text NOT NULL,
	"one_of" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "usage_day" (
	"at" timestamp (3) with time zone NOT NULL,
	"dimensions" uuid NOT NULL,
	"api_key_id" uuid,
	"secret_id" uuid,
	"application_id" uuid,
	"surface" text NOT NULL,
	"operation_type" text DEFAULT '' NOT NULL,
	"operation_name" text DEFAULT '' NOT NULL,
	"document_hash" text DEFAULT '' NOT NULL,
	"outcome" text NOT NULL,
	"client_name" text DEFAULT '' NOT NULL,
	"client_version" text DEFAULT '' NOT NULL,
	"requests" bigint DEFAULT 0 NOT NULL,
	"errors" bigint DEFAULT 0 NOT NULL,
	"requested_cost" bigint DEFAULT 0 NOT NULL,
	"actual_cost" bigint DEFAULT 0 NOT NULL,
	"latency_total_ms" bigint DEFAULT 0 NOT NULL,
	"latency_1" integer DEFAULT 0 NOT NULL,
	"latency_2" integer DEFAULT 0 NOT NULL,
	"latency_3" integer DEFAULT 0 NOT NULL,
	"latency_5" integer DEFAULT 0 NOT NULL,
	"latency_7" integer DEFAULT 0 NOT NULL,
	"latency_10" integer DEFAULT 0 NOT NULL,
	"latency_15" integer DEFAULT 0 NOT NULL,
	"latency_20" integer DEFAULT 0 NOT NULL,
	"latency_30" integer DEFAULT 0 NOT NULL,
	"latency_50" integer DEFAULT 0 NOT NULL,
	"latency_70" integer DEFAULT 0 NOT NULL,
	"latency_100" integer DEFAULT 0 NOT NULL,
	"latency_150" integer DEFAULT 0 NOT NULL,
	"latency_200" integer DEFAULT 0 NOT NULL,
	"latency_300" integer DEFAULT 0 NOT NULL,
	"latency_500" integer DEFAULT 0 NOT NULL,
	"latency_700" integer DEFAULT 0 NOT NULL,
	"latency_1000" integer DEFAULT 0 NOT NULL,
	"latency_2000" integer DEFAULT 0 NOT NULL,
	"latency_5000" integer DEFAULT 0 NOT NULL,
	"latency_10000" integer DEFAULT 0 NOT NULL,
	"latency_30000" integer DEFAULT 0 NOT NULL,
	"latency_more" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "usage_day_pkey" PRIMARY KEY("at","dimensions")
);
--> statement-breakpoint
CREATE TABLE "usage_document" (
	"hash" text PRIMARY KEY NOT NULL,
	"operation_type" text NOT NULL,
	"operation_name" text NOT NULL,
	"normalized" text NOT NULL,
	"first_seen_at" timestamp (3) with time zone NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "usage_field_day" (
	"at" timestamp (3) with time zone NOT NULL,
	"api_key_id" uuid NOT NULL,
	"application_id" uuid NOT NULL,
	"surface" text NOT NULL,
	"coordinate" text NOT NULL,
	"verb" text NOT NULL,
	"uses" bigint DEFAULT 0 NOT NULL,
	"denials" bigint DEFAULT 0 NOT NULL,
	"last_used_at" timestamp (3) with time zone,
	CONSTRAINT "usage_field_day_pkey" PRIMARY KEY("at","api_key_id","surface","coordinate","verb")
);
--> statement-breakpoint
CREATE TABLE "usage_field_hour" (
	"at" timestamp (3) with time zone NOT NULL,
	"api_key_id" uuid NOT NULL,
	"application_id" uuid NOT NULL,
	"surface" text NOT NULL,
	"coordinate" text NOT NULL,
	"verb" text NOT NULL,
	"uses" bigint DEFAULT 0 NOT NULL,
	"denials" bigint DEFAULT 0 NOT NULL,
	"last_used_at" timestamp (3) with time zone,
	CONSTRAINT "usage_field_hour_pkey" PRIMARY KEY("at","api_key_id","surface","coordinate","verb")
);
--> statement-breakpoint
CREATE TABLE "usage_hour" (
	"at" timestamp (3) with time zone NOT NULL,
	"dimensions" uuid NOT NULL,
	"api_key_id" uuid,
	"secret_id" uuid,
	"application_id" uuid,
	"surface" text NOT NULL,
	"operation_type" text DEFAULT '' NOT NULL,
	"operation_name" text DEFAULT '' NOT NULL,
	"document_hash" text DEFAULT '' NOT NULL,
	"outcome" text NOT NULL,
	"client_name" text DEFAULT '' NOT NULL,
	"client_version" text DEFAULT '' NOT NULL,
	"requests" bigint DEFAULT 0 NOT NULL,
	"errors" bigint DEFAULT 0 NOT NULL,
	"requested_cost" bigint DEFAULT 0 NOT NULL,
	"actual_cost" bigint DEFAULT 0 NOT NULL,
	"latency_total_ms" bigint DEFAULT 0 NOT NULL,
	"latency_1" integer DEFAULT 0 NOT NULL,
	"latency_2" integer DEFAULT 0 NOT NULL,
	"latency_3" integer DEFAULT 0 NOT NULL,
	"latency_5" integer DEFAULT 0 NOT NULL,
	"latency_7" integer DEFAULT 0 NOT NULL,
	"latency_10" integer DEFAULT 0 NOT NULL,
	"latency_15" integer DEFAULT 0 NOT NULL,
	"latency_20" integer DEFAULT 0 NOT NULL,
	"latency_30" integer DEFAULT 0 NOT NULL,
	"latency_50" integer DEFAULT 0 NOT NULL,
	"latency_70" integer DEFAULT 0 NOT NULL,
	"latency_100" integer DEFAULT 0 NOT NULL,
	"latency_150" integer DEFAULT 0 NOT NULL,
	"latency_200" integer DEFAULT 0 NOT NULL,
	"latency_300" integer DEFAULT 0 NOT NULL,
	"latency_500" integer DEFAULT 0 NOT NULL,
	"latency_700" integer DEFAULT 0 NOT NULL,
	"latency_1000" integer DEFAULT 0 NOT NULL,
	"latency_2000" integer DEFAULT 0 NOT NULL,
	"latency_5000" integer DEFAULT 0 NOT NULL,
	"latency_10000" integer DEFAULT 0 NOT NULL,
	"latency_30000" integer DEFAULT 0 NOT NULL,
	"latency_more" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "usage_hour_pkey" PRIMARY KEY("at","dimensions")
);
--> statement-breakpoint
CREATE TABLE "usage_minute" (
	"at" timestamp (3) with time zone NOT NULL,
	"dimensions" uuid NOT NULL,
	"api_key_id" uuid,
	"secret_id" uuid,
	"application_id" uuid,
	"surface" text NOT NULL,
	"operation_type" text DEFAULT '' NOT NULL,
	"operation_name" text DEFAULT '' NOT NULL,
	"document_hash" text DEFAULT '' NOT NULL,
	"outcome" text NOT NULL,
	"client_name" text DEFAULT '' NOT NULL,
	"client_version" text DEFAULT '' NOT NULL,
	"requests" bigint DEFAULT 0 NOT NULL,
	"errors" bigint DEFAULT 0 NOT NULL,
	"requested_cost" bigint DEFAULT 0 NOT NULL,
	"actual_cost" bigint DEFAULT 0 NOT NULL,
	"latency_total_ms" bigint DEFAULT 0 NOT NULL,
	"latency_1" integer DEFAULT 0 NOT NULL,
	"latency_2" integer DEFAULT 0 NOT NULL,
	"latency_3" integer DEFAULT 0 NOT NULL,
	"latency_5" integer DEFAULT 0 NOT NULL,
	"latency_7" integer DEFAULT 0 NOT NULL,
	"latency_10" integer DEFAULT 0 NOT NULL,
	"latency_15" integer DEFAULT 0 NOT NULL,
	"latency_20" integer DEFAULT 0 NOT NULL,
	"latency_30" integer DEFAULT 0 NOT NULL,
	"latency_50" integer DEFAULT 0 NOT NULL,
	"latency_70" integer DEFAULT 0 NOT NULL,
	"latency_100" integer DEFAULT 0 NOT NULL,
	"latency_150" integer DEFAULT 0 NOT NULL,
	"latency_200" integer DEFAULT 0 NOT NULL,
	"latency_300" integer DEFAULT 0 NOT NULL,
	"latency_500" integer DEFAULT 0 NOT NULL,
	"latency_700" integer DEFAULT 0 NOT NULL,
	"latency_1000" integer DEFAULT 0 NOT NULL,
	"latency_2000" integer DEFAULT 0 NOT NULL,
	"latency_5000" integer DEFAULT 0 NOT NULL,
	"latency_10000" integer DEFAULT 0 NOT NULL,
	"latency_30000" integer DEFAULT 0 NOT NULL,
	"latency_more" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "usage_minute_pkey" PRIMARY KEY("at","dimensions")
);
--> statement-breakpoint
CREATE TABLE "usage_stale" (
	"level" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "usage_stale_pkey" PRIMARY KEY("level","at")
);
--> statement-breakpoint
CREATE TABLE "usage_writer" (
	"instance" uuid PRIMARY KEY NOT NULL,
	"seq" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "request_log_request_id_index" ON "request_log" USING btree ("request_id");--> statement-breakpoint
CREATE INDEX "request_log_api_key_index" ON "request_log" USING btree ("api_key_id","id");--> statement-breakpoint
CREATE INDEX "request_log_application_index" ON "request_log" USING btree ("application_id","id");--> statement-breakpoint
CREATE INDEX "request_log_outcome_index" ON "request_log" USING btree ("outcome","id");--> statement-breakpoint
CREATE INDEX "request_log_at_index" ON "request_log" USING btree ("at");--> statement-breakpoint
CREATE INDEX "usage_day_api_key_index" ON "usage_day" USING btree ("api_key_id","at");--> statement-breakpoint
CREATE INDEX "usage_day_application_index" ON "usage_day" USING btree ("application_id","at");--> statement-breakpoint
CREATE INDEX "usage_document_last_seen_at_index" ON "usage_document" USING btree ("last_seen_at");--> statement-breakpoint
CREATE INDEX "usage_field_day_api_key_index" ON "usage_field_day" USING btree ("api_key_id","at");--> statement-breakpoint
CREATE INDEX "usage_field_day_coordinate_index" ON "usage_field_day" USING btree ("coordinate","at");--> statement-breakpoint
CREATE INDEX "usage_field_hour_api_key_index" ON "usage_field_hour" USING btree ("api_key_id","at");--> statement-breakpoint
CREATE INDEX "usage_field_hour_coordinate_index" ON "usage_field_hour" USING btree ("coordinate","at");--> statement-breakpoint
CREATE INDEX "usage_hour_api_key_index" ON "usage_hour" USING btree ("api_key_id","at");--> statement-breakpoint
CREATE INDEX "usage_hour_application_index" ON "usage_hour" USING btree ("application_id","at");--> statement-breakpoint
CREATE INDEX "usage_minute_api_key_index" ON "usage_minute" USING btree ("api_key_id","at");--> statement-breakpoint
CREATE INDEX "usage_minute_application_index" ON "usage_minute" USING btree ("application_id","at");