/**
 * The calendar in Lua: first microsecond of the DAY or MONTH (UTC) that a microsecond lies in, and of the next one. Days
 * become years and months in the proleptic Gregorian calendar, counted from March so that leap days come last.
 */
export const periodFunction = `
local function firstOfMonth(year, month)
  local y = month <= 2 and year - 1 or year
  local era = math.floor(y / 400)
  local inEra = y - era * 400
  local inYear = math.floor((153 * ((month + 9) % 12) + 2) / 5)
  return era * 146097 + inEra * 365 + math.floor(inEra / 4) - math.floor(inEra / 100) + inYear - 719468
end
local function monthOf(days)
  local z = days + 719468
  local era = math.floor(z / 146097)
  local d = z - era * 146097
  local y = math.floor((d - math.floor(d / 1460) + math.floor(d / 36524) - math.floor(d / 146096)) / 365)
  local inYear = d - (365 * y + math.floor(y / 4) - math.floor(y / 100))
  local m = math.floor((5 * inYear + 2) / 153)
  local month = m < 10 and m + 3 or m - 9
  return y + era * 400 + (month <= 2 and 1 or 0), month
end
local function period(kind, at)
  local day = 86400000000
  local days = math.floor(at / day)
  if kind == 'DAY' then return days * day, (days + 1) * day end
  local year, month = monthOf(days)
  local nextYear, nextMonth = year, month + 1
  if nextMonth > 12 then nextYear, nextMonth = year + 1, 1 end
  return firstOfMonth(year, month) * day, firstOfMonth(nextYear, nextMonth) * day
end
`;

/**
 * The decisions of `decide.ts` as scripts that Redis (or Valkey) runs one at a time, on its own clock. Numbers go and
 * come as decimal texts of integers below 2^53, which Lua's doubles hold exactly. Of each bucket there are two keys:
 * a hash (v: micro-points, t: microseconds, s: spent of the quota in the period that began at p) and a sorted set
 * (reservation id by the time its slot frees). Keys expire when the bucket is full, its slots are free and the period is
 * over, so that nothing is left of a key that is not used. Of each bucket there are nine arguments: capacity, rate, cap,
 * the quota's points (0: none) and period, when the period began of which is known how much was spent, how much, 1 to ask
 * rather than begin a count, and how far below 0 it may fall.
 */
const preamble = `${periodFunction}
local function integer(n) return string.format('%.0f', n) end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local function inFlight(key)
  return redis.call('ZCOUNT', key, '(' .. integer(now), '+inf')
end
local function look(i, first)
  local function argument(n) return tonumber(ARGV[first + (i - 1) * 9 + n]) end
  local b = { balance = KEYS[i * 2 - 1], slots = KEYS[i * 2], capacity = argument(0), rate = argument(1), cap = argument(2), debt = argument(8) }
  local held = redis.call('HMGET', b.balance, 'v', 't', 's', 'p')
  b.v, b.running = b.capacity, inFlight(b.slots)
  if held[1] then
    b.v = math.min(b.capacity, tonumber(held[1]) + math.floor(math.max(0, now - tonumber(held[2])) * (b.rate / 1000000)))
  end
  if argument(3) > 0 then
    b.points, b.kind, b.spent = argument(3), ARGV[first + (i - 1) * 9 + 4], 0
    b.starts, b.ends = period(b.kind, now)
    local counted = held[4] and tonumber(held[4]) == b.starts
    if counted then b.spent = tonumber(held[3]) end
    b.uncounted = argument(7) == 1 and not counted
    if argument(5) * 1000 == b.starts then b.spent = math.max(b.spent, argument(6)) end
  end
  return b
end
local function write(b)
  redis.call('HSET', b.balance, 'v', integer(b.v), 't', integer(now))
  local full = math.ceil((b.capacity - b.v) / b.rate * 1000)
  if b.points then
    redis.call('HSET', b.balance, 's', integer(b.spent), 'p', integer(b.starts))
    full = math.max(full, math.ceil((b.ends - now) / 1000))
  end
  redis.call('PEXPIRE', b.balance, integer(math.min(full + 1000, 4000000000000)))
end
local function say(answer, b)
  answer[#answer + 1] = integer(b.v)
  answer[#answer + 1] = integer(b.running)
  answer[#answer + 1] = b.points and integer(b.spent) or ''
  answer[#answer + 1] = b.points and integer(math.floor(b.ends / 1000)) or ''
end
`;

/** KEYS: hash and set of each bucket. ARGV: id, cost, ttlMs, then those of each bucket. */
export const reserveScript = `${preamble}
local id, cost, ttl = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local known, uncounted, impossible, refused, wait, why = false, false, 0, 0, -1, ''
local buckets = {}
for i = 1, #KEYS / 2 do
  local b = look(i, 4)
  buckets[i] = b
  local held = redis.call('ZSCORE', b.slots, id)
  if held and tonumber(held) > now then known = true end
  if b.uncounted then uncounted = true end
  if impossible == 0 and (cost > b.capacity or b.points and cost > b.points) then impossible = i end
  local costMs = math.ceil(math.max(0, cost - b.v) / b.rate * 1000)
  local quotaMs = b.points and b.spent + cost > b.points and math.ceil((b.ends - now) / 1000) or 0
  local ms = math.max(costMs, quotaMs)
  if (b.v < cost or b.running >= b.cap or quotaMs > 0) and ms > wait then
    refused, wait = i, ms
    why = quotaMs > costMs and 'QUOTA' or b.v < cost and 'COST' or 'IN_FLIGHT'
  end
end
local answer = { 'RESERVED', '0', '0', '' }
if known then
elseif impossible > 0 then answer = { 'IMPOSSIBLE', integer(impossible - 1), '0', '' }
elseif uncounted then answer = { 'UNCOUNTED', '0', '0', '' }
elseif refused > 0 then answer = { 'REFUSED', integer(refused - 1), integer(wait), why }
else
  for _, b in ipairs(buckets) do
    b.v, b.running = b.v - cost, b.running + 1
    if b.points then b.spent = b.spent + cost end
    write(b)
    redis.call('ZREMRANGEBYSCORE', b.slots, '-inf', integer(now))
    redis.call('ZADD', b.slots, integer(now + ttl * 1000), id)
    if redis.call('PTTL', b.slots) < ttl then redis.call('PEXPIRE', b.slots, integer(ttl)) end
  end
end
for _, b in ipairs(buckets) do say(answer, b) end
return answer
`;

/** KEYS as above. ARGV: id, what to give back (to take, below 0), ttlMs, then those of each bucket. */
export const settleScript = `${preamble}
local id, unused, ttl = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local answer = {}
for i = 1, #KEYS / 2 do
  local b = look(i, 4)
  local held = redis.call('ZSCORE', b.slots, id)
  if held and tonumber(held) > now then
    redis.call('ZREM', b.slots, id)
    b.running = b.running - 1
    if unused >= 0 then b.v = math.min(b.capacity, b.v + unused)
    else b.v = math.min(b.v, math.max(0 - b.debt, b.v + unused)) end
    if b.points and period(b.kind, tonumber(held) - ttl * 1000) == b.starts then b.spent = math.max(0, b.spent - unused) end
    write(b)
  end
  say(answer, b)
end
return answer
`;

/** KEYS as above. ARGV: those of each bucket. */
export const peekScript = `${preamble}
local answer = {}
for i = 1, #KEYS / 2 do say(answer, look(i, 1)) end
return answer
`;

/** KEYS: a hash (n: requests, s: start in microseconds) of each window. ARGV: requests, then max and windowMs of each. */
export const countScript = `
local function integer(n) return string.format('%.0f', n) end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local remaining, reset, first, retry = math.huge, 0, math.huge, 0
local requests, counts = tonumber(ARGV[1]), {}
for i = 1, #KEYS do
  local max, windowMs = tonumber(ARGV[i * 2]), tonumber(ARGV[i * 2 + 1])
  local held = redis.call('HMGET', KEYS[i], 'n', 's')
  local n, started = tonumber(held[1] or 0), tonumber(held[2] or now)
  if now >= started + windowMs * 1000 then n, started = 0, now end
  local untilReset = math.ceil((started - now) / 1000 + windowMs)
  if n + requests > max then retry = math.max(retry, untilReset) end
  counts[i] = { n + requests, started, untilReset }
  first = math.min(first, untilReset)
  if max - n - requests < remaining then remaining, reset = max - n - requests, untilReset end
end
if retry > 0 then return { 'REFUSED', integer(retry) } end
for i = 1, #KEYS do
  redis.call('HSET', KEYS[i], 'n', integer(counts[i][1]), 's', integer(counts[i][2]))
  redis.call('PEXPIRE', KEYS[i], integer(counts[i][3]))
end
return { 'COUNTED', integer(remaining), integer(reset), integer(first) }
`;
