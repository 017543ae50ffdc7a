-- Gives back what was not used, or takes what was used and not reserved (unused below 0): from the bucket as far below 0 as
-- its "debt" says (0 without one), from the quota while the period of the reservation lasts.
CREATE OR REPLACE FUNCTION throttle_settle(reservation text, unused bigint, ttl_ms bigint, buckets jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  now_us bigint;
BEGIN
  PERFORM 1 FROM rate_bucket r WHERE r.id IN (SELECT one->>'id' FROM jsonb_array_elements(buckets) one)
    ORDER BY r.id FOR UPDATE;
  now_us := throttle_now();
  UPDATE rate_bucket r SET changed_at = now_us, held = b.running - reservation, available = b.settled,
    full_at = greatest(throttle_full_at(b.settled, b.capacity, b.rate, now_us), b.ends_at,
      (SELECT max(value::bigint) FROM jsonb_each(r.held - reservation))),
    quota_spent = CASE
      WHEN r.quota_started_at = throttle_period_start(b.period, (r.held->>reservation)::bigint - ttl_ms * 1000)
      THEN greatest(0, r.quota_spent - unused) ELSE r.quota_spent END
  FROM (
    SELECT looked.*, CASE WHEN unused >= 0 THEN least(looked.capacity, looked.v + unused)
      ELSE least(looked.v, greatest(-coalesce((one->>'debt')::bigint, 0), looked.v + unused)) END AS settled
    FROM throttle_look(buckets, now_us) looked JOIN jsonb_array_elements(buckets) one ON one->>'id' = looked.id
  ) b WHERE r.id = b.id AND (r.held->>reservation)::bigint > now_us;
  RETURN throttle_peek(buckets);
END
$$;
