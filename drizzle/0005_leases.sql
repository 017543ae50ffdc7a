CREATE TABLE "instance_lease" (
	"instance" uuid PRIMARY KEY NOT NULL,
	"epoch" bigint NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "key_epoch" (
	"only" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"epoch" bigint NOT NULL,
	CONSTRAINT "key_epoch_only_check" CHECK ("key_epoch"."only")
);
