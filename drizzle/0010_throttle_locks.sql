-- One row a bucket, locked in the same order by everybody. Again when a row was forgotten between the two statements:
-- what has no row would be reserved of nothing.
CREATE FUNCTION throttle_lock_buckets(buckets jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  locked bigint;
BEGIN
  LOOP
    INSERT INTO rate_bucket (id, available, changed_at, full_at)
      SELECT one->>'id', (one->>'capacity')::bigint, 0, 0 FROM jsonb_array_elements(buckets) one ORDER BY one->>'id'
      ON CONFLICT (id) DO NOTHING;
    PERFORM 1 FROM rate_bucket r WHERE r.id IN (SELECT one->>'id' FROM jsonb_array_elements(buckets) one)
      ORDER BY r.id FOR UPDATE;
    GET DIAGNOSTICS locked = ROW_COUNT;
    EXIT WHEN locked = (SELECT count(DISTINCT one->>'id') FROM jsonb_array_elements(buckets) one);
  END LOOP;
END
$$;
--> statement-breakpoint
-- The same for windows.
CREATE FUNCTION throttle_lock_windows(windows jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  locked bigint;
BEGIN
  LOOP
    INSERT INTO rate_window (id, count, started_at, ends_at)
      SELECT w->>'id', 0, 0, 0 FROM jsonb_array_elements(windows) w ORDER BY w->>'id' ON CONFLICT (id) DO NOTHING;
    PERFORM 1 FROM rate_window r WHERE r.id IN (SELECT w->>'id' FROM jsonb_array_elements(windows) w)
      ORDER BY r.id FOR UPDATE;
    GET DIAGNOSTICS locked = ROW_COUNT;
    EXIT WHEN locked = (SELECT count(DISTINCT w->>'id') FROM jsonb_array_elements(windows) w);
  END LOOP;
END
$$;
--> statement-breakpoint
-- Answers { kind, bucket, retryAfterMs, reason, states }. A quota with "ask" that has no count of its period: UNCOUNTED.
CREATE OR REPLACE FUNCTION throttle_reserve(reservation text, cost bigint, ttl_ms bigint, buckets jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  now_us bigint;
  b record;
  in_flight bigint;
  known boolean := false;
  uncounted boolean;
  impossible int;
  refused int;
  wait bigint := -1;
  cost_wait bigint;
  quota_wait bigint;
  reason text;
  states jsonb := '[]';
BEGIN
  PERFORM throttle_lock_buckets(buckets);
  now_us := throttle_now();
  FOR b IN SELECT * FROM throttle_look(buckets, now_us) ORDER BY place LOOP
    in_flight := (SELECT count(*) FROM jsonb_object_keys(b.running));
    known := known OR b.running ? reservation;
    IF impossible IS NULL AND (cost > b.capacity OR cost > b.points) THEN impossible := b.place; END IF;
    cost_wait := ceil(greatest(0, cost - b.v) / b.rate * 1000)::bigint;
    quota_wait := CASE WHEN b.spent + cost > b.points THEN ceil((b.ends_at - now_us) / 1000.0)::bigint ELSE 0 END;
    IF (b.v < cost OR in_flight >= b.cap OR quota_wait > 0) AND greatest(cost_wait, quota_wait) > wait THEN
      refused := b.place;
      wait := greatest(cost_wait, quota_wait);
      reason := CASE WHEN quota_wait > cost_wait THEN 'QUOTA' WHEN b.v < cost THEN 'COST' ELSE 'IN_FLIGHT' END;
    END IF;
    states := states || throttle_state(b.v, in_flight, b.spent, b.ends_at);
  END LOOP;
  IF known THEN RETURN jsonb_build_object('kind', 'RESERVED', 'states', states); END IF;
  IF impossible IS NOT NULL THEN
    RETURN jsonb_build_object('kind', 'IMPOSSIBLE', 'bucket', impossible, 'states', states);
  END IF;
  SELECT bool_or((one->'quota'->>'ask')::boolean AND
      r.quota_started_at <> throttle_period_start(one->'quota'->>'period', now_us)) INTO uncounted
    FROM jsonb_array_elements(buckets) one JOIN rate_bucket r ON r.id = one->>'id';
  IF uncounted THEN RETURN jsonb_build_object('kind', 'UNCOUNTED', 'states', states); END IF;
  IF refused IS NOT NULL THEN
    RETURN jsonb_build_object('kind', 'REFUSED', 'bucket', refused, 'retryAfterMs', wait, 'reason', reason,
      'states', states);
  END IF;
  states := (
    SELECT jsonb_agg(throttle_state(looked.v - cost, (SELECT count(*) FROM jsonb_object_keys(looked.running)) + 1,
      looked.spent + cost, looked.ends_at) ORDER BY place)
    FROM throttle_look(buckets, now_us) looked);
  UPDATE rate_bucket r SET available = looked.v - cost, changed_at = now_us,
    full_at = greatest(throttle_full_at(looked.v - cost, looked.capacity, looked.rate, now_us), now_us + ttl_ms * 1000,
      looked.ends_at),
    held = looked.running || jsonb_build_object(reservation, now_us + ttl_ms * 1000),
    quota_spent = coalesce(looked.spent + cost, r.quota_spent),
    quota_started_at = coalesce(looked.started_at, r.quota_started_at)
  FROM throttle_look(buckets, now_us) looked WHERE r.id = looked.id;
  RETURN jsonb_build_object('kind', 'RESERVED', 'states', states);
END
$$;
--> statement-breakpoint
-- windows: [{ "id", "max", "windowMs" }]. Counts so many requests in each, or none; one that has ended begins anew only
-- when it counts. Answers { kind, remaining, resetMs, firstResetMs } or { kind, retryAfterMs }.
CREATE OR REPLACE FUNCTION throttle_count(windows jsonb, requests bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  now_us bigint;
  answer record;
BEGIN
  PERFORM throttle_lock_windows(windows);
  now_us := throttle_now();
  SELECT max(until_reset) FILTER (WHERE counted + requests > most) AS retry, min(most - counted - requests) AS remaining,
    (array_agg(until_reset ORDER BY most - counted, place))[1] AS reset, min(until_reset) AS first_reset INTO answer
  FROM (
    SELECT CASE WHEN runs THEN found.count ELSE 0 END AS counted, most, place,
      CASE WHEN runs THEN ceil((found.started_at - now_us) / 1000.0 + length_ms)::bigint ELSE length_ms END AS until_reset
    FROM (
      SELECT r.count, r.started_at, (w->>'max')::bigint AS most, (w->>'windowMs')::bigint AS length_ms, place,
        now_us < r.started_at + (w->>'windowMs')::bigint * 1000 AS runs
      FROM jsonb_array_elements(windows) WITH ORDINALITY AS list(w, place) JOIN rate_window r ON r.id = w->>'id'
    ) found
  ) looked;
  IF answer.retry IS NOT NULL THEN
    RETURN jsonb_build_object('kind', 'REFUSED', 'retryAfterMs', answer.retry);
  END IF;
  UPDATE rate_window r SET
    count = CASE WHEN now_us < r.started_at + length_us THEN r.count ELSE 0 END + requests,
    started_at = CASE WHEN now_us < r.started_at + length_us THEN r.started_at ELSE now_us END,
    ends_at = CASE WHEN now_us < r.started_at + length_us THEN r.ends_at ELSE now_us + length_us END
  FROM (SELECT w->>'id' AS id, (w->>'windowMs')::bigint * 1000 AS length_us FROM jsonb_array_elements(windows) w) given
  WHERE r.id = given.id;
  RETURN jsonb_build_object('kind', 'COUNTED', 'remaining', answer.remaining, 'resetMs', answer.reset,
    'firstResetMs', answer.first_reset);
END
$$;
