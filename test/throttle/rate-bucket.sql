-- Balances of the throttle, when there is no Redis. Unlogged: after a crash every bucket is full again.
CREATE UNLOGGED TABLE rate_bucket (
  id text PRIMARY KEY,
  available bigint NOT NULL,
  changed_at bigint NOT NULL,
  full_at bigint NOT NULL,
  held jsonb NOT NULL DEFAULT '{}'
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
-- buckets: [{ "id", "capacity", "rate", "inFlight" }]. Answers { kind, bucket, retryAfterMs, reason, states }.
CREATE FUNCTION throttle_reserve(reservation text, cost bigint, ttl_ms bigint, buckets jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  now_us bigint;
  wanted record;
  known boolean := false;
  impossible int;
  refused int;
  wait bigint := -1;
  this_wait bigint;
  reason text;
  states jsonb := '[]';
BEGIN
  -- One row a bucket, locked in the same order by everybody.
  INSERT INTO rate_bucket (id, available, changed_at, full_at)
    SELECT b->>'id', (b->>'capacity')::bigint, 0, 0 FROM jsonb_array_elements(buckets) b ORDER BY b->>'id'
    ON CONFLICT (id) DO NOTHING;
  PERFORM 1 FROM rate_bucket r WHERE r.id IN (SELECT b->>'id' FROM jsonb_array_elements(buckets) b)
    ORDER BY r.id FOR UPDATE;
  now_us := throttle_now();
  FOR wanted IN
    SELECT place, capacity, rate, cap, held ? reservation AS mine,
      throttle_available(available, changed_at, capacity, rate, now_us) AS v,
      (SELECT count(*) FROM jsonb_object_keys(held)) AS running
    FROM (
      SELECT (place - 1)::int AS place, (b->>'capacity')::bigint AS capacity, (b->>'rate')::float8 AS rate,
        (b->>'inFlight')::bigint AS cap, r.available, r.changed_at, throttle_running(r.held, now_us) AS held
      FROM jsonb_array_elements(buckets) WITH ORDINALITY AS list(b, place)
      LEFT JOIN rate_bucket r ON r.id = b->>'id'
    ) found ORDER BY place
  LOOP
    known := known OR wanted.mine;
    IF cost > wanted.capacity AND impossible IS NULL THEN impossible := wanted.place; END IF;
    IF wanted.v < cost OR wanted.running >= wanted.cap THEN
      this_wait := ceil(greatest(0, cost - wanted.v) / wanted.rate * 1000)::bigint;
      IF this_wait > wait THEN
        refused := wanted.place;
        wait := this_wait;
        reason := CASE WHEN wanted.v < cost THEN 'COST' ELSE 'IN_FLIGHT' END;
      END IF;
    END IF;
    states := states || jsonb_build_object('available', wanted.v, 'inFlight', wanted.running);
  END LOOP;
  IF known THEN RETURN jsonb_build_object('kind', 'RESERVED', 'states', states); END IF;
  IF impossible IS NOT NULL THEN
    RETURN jsonb_build_object('kind', 'IMPOSSIBLE', 'bucket', impossible, 'states', states);
  END IF;
  IF refused IS NOT NULL THEN
    RETURN jsonb_build_object('kind', 'REFUSED', 'bucket', refused, 'retryAfterMs', wait, 'reason', reason,
      'states', states);
  END IF;
  UPDATE rate_bucket r SET available = found.v - cost, changed_at = now_us,
    full_at = greatest(throttle_full_at(found.v - cost, found.capacity, found.rate, now_us), now_us + ttl_ms * 1000),
    held = throttle_running(r.held, now_us) || jsonb_build_object(reservation, now_us + ttl_ms * 1000)
  FROM (
    SELECT b->>'id' AS id, (b->>'capacity')::bigint AS capacity, (b->>'rate')::float8 AS rate,
      (states->(place - 1)::int->>'available')::bigint AS v
    FROM jsonb_array_elements(buckets) WITH ORDINALITY AS list(b, place)
  ) found WHERE r.id = found.id;
  RETURN jsonb_build_object('kind', 'RESERVED', 'states', (
    SELECT jsonb_agg(jsonb_build_object('available', (s->>'available')::bigint - cost,
      'inFlight', (s->>'inFlight')::bigint + 1) ORDER BY place)
    FROM jsonb_array_elements(states) WITH ORDINALITY AS list(s, place)));
END
$$;
--> statement-breakpoint
CREATE FUNCTION throttle_peek(buckets jsonb) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
  SELECT jsonb_agg(jsonb_build_object(
    'available', throttle_available(r.available, r.changed_at, (b->>'capacity')::bigint, (b->>'rate')::float8, t.now_us),
    'inFlight', (SELECT count(*) FROM jsonb_object_keys(throttle_running(r.held, t.now_us)))) ORDER BY place)
  FROM (SELECT throttle_now() AS now_us) t, jsonb_array_elements(buckets) WITH ORDINALITY AS list(b, place)
  LEFT JOIN rate_bucket r ON r.id = b->>'id'
$$;
--> statement-breakpoint
CREATE FUNCTION throttle_settle(reservation text, unused bigint, buckets jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  now_us bigint;
BEGIN
  PERFORM 1 FROM rate_bucket r WHERE r.id IN (SELECT b->>'id' FROM jsonb_array_elements(buckets) b)
    ORDER BY r.id FOR UPDATE;
  now_us := throttle_now();
  UPDATE rate_bucket r SET changed_at = now_us, held = throttle_running(r.held, now_us) - reservation,
    available = found.v, full_at = greatest(throttle_full_at(found.v, found.capacity, found.rate, now_us),
      (SELECT max(value::bigint) FROM jsonb_each(r.held - reservation)))
  FROM (
    SELECT b->>'id' AS id, (b->>'capacity')::bigint AS capacity, (b->>'rate')::float8 AS rate,
      least((b->>'capacity')::bigint, unused + throttle_available(k.available, k.changed_at, (b->>'capacity')::bigint,
        (b->>'rate')::float8, now_us)) AS v
    FROM jsonb_array_elements(buckets) b JOIN rate_bucket k ON k.id = b->>'id'
  ) found WHERE r.id = found.id AND (r.held->>reservation)::bigint > now_us;
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
