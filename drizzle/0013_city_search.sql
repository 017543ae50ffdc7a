CREATE INDEX "city_admin_code_index" ON "city" USING btree ("admin_code","id");--> statement-breakpoint
CREATE INDEX "city_feature_code_index" ON "city" USING btree ("feature_code","id");--> statement-breakpoint
CREATE INDEX "city_alternate_name_index" ON "city" USING btree ("alternate_name","id") WHERE "city"."alternate_name" IS NOT NULL;