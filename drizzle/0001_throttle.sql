-- Balances of the throttle, when there is no Redis. Unlogged: after a crash every bucket is full again.
CREATE UNLOGGED TABLE rate_bucket (
  id text PRIMARY KEY,
  available bigint NOT NULL,
  changed_at bigint NOT NULL,
  full_at bigint NOT NULL,
  held jsonb NOT NULL DEFAULT '{}',
  quota_spent bigint NOT NULL DEFAULT 0,
  quota_started_at bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
--> statement-breakpoint
CREATE UNLOGGED TABLE rate_window (
  id text PRIMARY KEY,
  count bigint NOT NULL,
  started_at bigint NOT NULL,
  ends_at bigint NOT NULL
) WITH (fillfactor = 50);
--> statement-breakpoint
CREATE INDEX rate_bucket_full_at ON rate_bucket (full_at);
--> statement-breakpoint
CREATE INDEX rate_window_ends_at ON rate_window (ends_at);
--> statement-breakpoint
CREATE FUNCTION throttle_now() RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint
$$;
--> statement-breakpoint
-- The balance now; of a bucket that is not there, the capacity.
CREATE FUNCTION throttle_available(available bigint, changed_at bigint, capacity bigint, rate float8, now_us bigint)
RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT least(capacity, coalesce(
    available + least(floor(greatest(0, now_us - changed_at) * (rate / 1000000)), 9007199254740991)::bigint, capacity))
$$;
--> statement-breakpoint
-- Reservations that are neither settled nor expired.
CREATE FUNCTION throttle_running(held jsonb, now_us bigint) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(coalesce(held, '{}')) WHERE value::bigint > now_us
$$;
--> statement-breakpoint
CREATE FUNCTION throttle_full_at(v bigint, capacity bigint, rate float8, now_us bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
  SELECT least(now_us + ceil((capacity - v) / rate * 1000000), 9007199254740991)::bigint
$$;
--> statement-breakpoint
-- First microsecond of the calendar DAY or MONTH (UTC).
CREATE FUNCTION throttle_period_start(period text, at_us bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT (extract(epoch FROM date_trunc(lower(period), to_timestamp(at_us / 1000000) AT TIME ZONE 'UTC'))
    * 1000000)::bigint
$$;
--> statement-breakpoint
CREATE FUNCTION throttle_period_end(period text, at_us bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT (extract(epoch FROM date_trunc(lower(period), to_timestamp(at_us / 1000000) AT TIME ZONE 'UTC')
    + CASE period WHEN 'DAY' THEN interval '1 day' ELSE interval '1 month' END) * 1000000)::bigint
$$;
--> statement-breakpoint
-- buckets: [{ "id", "capacity", "rate", "inFlight", "quota"?: { "points", "period", "knownSince"?, "knownSpent"? } }].
-- Each as it is now; points, period, spent, started_at and ends_at are null without a quota.
CREATE FUNCTION throttle_look(buckets jsonb, now_us bigint)
RETURNS TABLE (place int, id text, capacity bigint, rate float8, cap bigint, v bigint, running jsonb,
  points bigint, period text, spent bigint, started_at bigint, ends_at bigint)
LANGUAGE sql STABLE AS $$
  SELECT b.place, b.id, b.capacity, b.rate, b.cap,
    throttle_available(r.available, r.changed_at, b.capacity, b.rate, now_us),
    throttle_running(r.held, now_us), b.points, b.period,
    -- What a store that lost its count forgot is known from usage.
    CASE WHEN b.points IS NOT NULL THEN greatest(
      CASE WHEN r.quota_started_at = b.started_at THEN r.quota_spent ELSE 0 END,
      CASE WHEN b.known_since = b.started_at THEN b.known_spent ELSE 0 END) END,
    b.started_at, throttle_period_end(b.period, now_us)
  FROM (
    SELECT (ordinality - 1)::int AS place, one->>'id' AS id, (one->>'capacity')::bigint AS capacity,
      (one->>'rate')::float8 AS rate, (one->>'inFlight')::bigint AS cap, (one->'quota'->>'points')::bigint AS points,
      one->'quota'->>'period' AS period, throttle_period_start(one->'quota'->>'period', now_us) AS started_at,
      (one->'quota'->>'knownSince')::bigint * 1000 AS known_since, (one->'quota'->>'knownSpent')::bigint AS known_spent
    FROM jsonb_array_elements(buckets) WITH ORDINALITY AS list(one, ordinality)
  ) b LEFT JOIN rate_bucket r ON r.id = b.id
$$;
--> statement-breakpoint
CREATE FUNCTION throttle_state(v bigint, running bigint, spent bigint, ends_at bigint) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
  SELECT jsonb_build_object('available', v, 'inFlight', running) || CASE WHEN spent IS NULL THEN '{}' ELSE
    jsonb_build_object('quota', jsonb_build_object('spent', spent, 'endsAt', ends_at / 1000)) END
$$;
--> statement-breakpoint
CREATE FUNCTION throttle_peek(buckets jsonb) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
  SELECT jsonb_agg(throttle_state(b.v, (SELECT count(*) FROM jsonb_object_keys(b.running)), b.spent, b.ends_at)
    ORDER BY b.place)
  FROM throttle_now() AS now_us, LATERAL throttle_look(buckets, now_us) b
$$;
--> statement-breakpoint
-- Answers { kind, bucket, retryAfterMs, reason, states }.
CREATE FUNCTION throttle_reserve(reservation text, cost bigint, ttl_ms bigint, buckets jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  now_us bigint;
  b record;
  in_flight bigint;
  known boolean := false;
  impossible int;
  refused int;
  wait bigint := -1;
  cost_wait bigint;
  quota_wait bigint;
  reason text;
  states jsonb := '[]';
BEGIN
  -- One row a bucket, locked in the same order by everybody.
  INSERT INTO rate_bucket (id, available, changed_at, full_at)
    SELECT one->>'id', (one->>'capacity')::bigint, 0, 0 FROM jsonb_array_elements(buckets) one ORDER BY one->>'id'
    ON CONFLICT (id) DO NOTHING;
  PERFORM 1 FROM rate_bucket r WHERE r.id IN (SELECT one->>'id' FROM jsonb_array_elements(buckets) one)
    ORDER BY r.id FOR UPDATE;
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
-- Gives back what was not used: to the bucket, and to the quota while the period of the reservation lasts.
CREATE FUNCTION throttle_settle(reservation text, unused bigint, ttl_ms bigint, buckets jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  now_us bigint;
BEGIN
  PERFORM 1 FROM rate_bucket r WHERE r.id IN (SELECT one->>'id' FROM jsonb_array_elements(buckets) one)
    ORDER BY r.id FOR UPDATE;
  now_us := throttle_now();
  UPDATE rate_bucket r SET changed_at = now_us, held = b.running - reservation,
    available = least(b.capacity, b.v + unused),
    full_at = greatest(throttle_full_at(least(b.capacity, b.v + unused), b.capacity, b.rate, now_us), b.ends_at,
      (SELECT max(value::bigint) FROM jsonb_each(r.held - reservation))),
    quota_spent = CASE
      WHEN r.quota_started_at = throttle_period_start(b.period, (r.held->>reservation)::bigint - ttl_ms * 1000)
      THEN greatest(0, r.quota_spent - unused) ELSE r.quota_spent END
  FROM throttle_look(buckets, now_us) b WHERE r.id = b.id AND (r.held->>reservation)::bigint > now_us;
  RETURN throttle_peek(buckets);
END
$$;
--> statement-breakpoint
-- windows: [{ "id", "max", "windowMs" }]. Answers { kind, remaining, resetMs } or { kind, retryAfterMs }.
CREATE FUNCTION throttle_count(windows jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  now_us bigint;
  answer record;
BEGIN
  INSERT INTO rate_window (id, count, started_at, ends_at)
    SELECT w->>'id', 0, 0, 0 FROM jsonb_array_elements(windows) w ORDER BY w->>'id' ON CONFLICT (id) DO NOTHING;
  PERFORM 1 FROM rate_window r WHERE r.id IN (SELECT w->>'id' FROM jsonb_array_elements(windows) w)
    ORDER BY r.id FOR UPDATE;
  now_us := throttle_now();
  UPDATE rate_window r SET count = 0, started_at = now_us, ends_at = now_us + (w->>'windowMs')::bigint * 1000
    FROM jsonb_array_elements(windows) w
    WHERE r.id = w->>'id' AND now_us >= r.started_at + (w->>'windowMs')::bigint * 1000;
  SELECT max(until_reset) FILTER (WHERE count >= most) AS retry, min(most - count - 1) AS remaining,
    (array_agg(until_reset ORDER BY most - count - 1, place))[1] AS reset INTO answer
  FROM (
    SELECT r.count, (w->>'max')::bigint AS most, place,
      ceil((r.started_at - now_us) / 1000.0 + (w->>'windowMs')::bigint)::bigint AS until_reset
    FROM jsonb_array_elements(windows) WITH ORDINALITY AS list(w, place) JOIN rate_window r ON r.id = w->>'id'
  ) found;
  IF answer.retry IS NOT NULL THEN
    RETURN jsonb_build_object('kind', 'REFUSED', 'retryAfterMs', answer.retry);
  END IF;
  UPDATE rate_window r SET count = r.count + 1
    WHERE r.id IN (SELECT w->>'id' FROM jsonb_array_elements(windows) w);
  RETURN jsonb_build_object('kind', 'COUNTED', 'remaining', answer.remaining, 'resetMs', answer.reset);
END
$$;
