DROP INDEX "api_key_application_index";--> statement-breakpoint
DROP INDEX "api_key_created_by_index";--> statement-breakpoint
CREATE INDEX "api_key_application_name_index" ON "api_key" USING btree ("application_id","name","id");--> statement-breakpoint
CREATE INDEX "api_key_management_index" ON "api_key" USING btree ("created_at","id") WHERE "api_key"."type" = 'MANAGEMENT';--> statement-breakpoint
CREATE INDEX "api_key_pending_index" ON "api_key" USING btree ("created_at","id") WHERE "api_key"."not_before" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "api_key_disabled_index" ON "api_key" USING btree ("created_at","id") WHERE "api_key"."disabled_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "api_key_revoked_index" ON "api_key" USING btree ("created_at","id") WHERE "api_key"."revoked_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "api_key_deleted_index" ON "api_key" USING btree ("created_at","id") WHERE "api_key"."deleted_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "api_key_application_index" ON "api_key" USING btree ("application_id","created_at","id");--> statement-breakpoint
CREATE INDEX "api_key_created_by_index" ON "api_key" USING btree ("created_by","created_at","id");