CREATE TABLE "key_role" (
	"api_key_id" uuid NOT NULL,
	"role_id" uuid NOT NULL,
	CONSTRAINT "key_role_pkey" PRIMARY KEY("api_key_id","role_id")
);
--> statement-breakpoint
CREATE TABLE "role" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"type" text NOT NULL,
	"privileges" text[] NOT NULL,
	"note" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" uuid NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL,
	CONSTRAINT "role_name_unique" UNIQUE("name"),
	CONSTRAINT "role_type_check" CHECK ("role"."type" IN ('API', 'MANAGEMENT'))
);
--> statement-breakpoint
ALTER TABLE "key_role" ADD CONSTRAINT "key_role_api_key_id_api_key_id_fk" FOREIGN KEY ("api_key_id") REFERENCES "public"."api_key"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "key_role" ADD CONSTRAINT "key_role_role_id_role_id_fk" FOREIGN KEY ("role_id") REFERENCES "public"."role"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "key_role_role_index" ON "key_role" USING btree ("role_id");--> statement-breakpoint
CREATE INDEX "role_created_at_index" ON "role" USING btree ("created_at","id");