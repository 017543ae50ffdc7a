/**
 * The decisions of `decide.ts` as scripts that Redis (or Valkey) runs one at a time, on its own clock. Numbers go and
 * come as decimal texts of integers below 2^53, which Lua's doubles hold exactly. Of each bucket there are two keys:
 * a hash (v: micro-points, t: microseconds) and a sorted set (reservation id by the time its slot frees). Keys expire
 * when the bucket is full, and its slots are free, so that nothing is left of a key that is not used.
 */
const preamble = `
local function integer(n) return string.format('%.0f', n) end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local function available(key, capacity, rate)
  local held = redis.call('HMGET', key, 'v', 't')
  if not held[1] then return capacity end
  local restored = math.floor(math.max(0, now - tonumber(held[2])) * (rate / 1000000))
  return math.min(capacity, tonumber(held[1]) + restored)
end
local function inFlight(key)
  return redis.call('ZCOUNT', key, '(' .. integer(now), '+inf')
end
local function write(key, v, capacity, rate)
  redis.call('HSET', key, 'v', integer(v), 't', integer(now))
  redis.call('PEXPIRE', key, integer(math.min(math.ceil((capacity - v) / rate * 1000) + 1000, 4000000000000)))
end
`;

/** KEYS: hash and set of each bucket. ARGV: id, cost, ttlMs, then capacity, rate, cap of each. */
export const reserveScript = `${preamble}
local id, cost, ttl = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local buckets, known, impossible, refused, wait, why = #KEYS / 2, false, 0, 0, -1, 0
local state = {}
for i = 1, buckets do
  local capacity, rate, cap = tonumber(ARGV[i * 3 + 1]), tonumber(ARGV[i * 3 + 2]), tonumber(ARGV[i * 3 + 3])
  local v, running = available(KEYS[i * 2 - 1], capacity, rate), inFlight(KEYS[i * 2])
  state[i] = { v = v, running = running, capacity = capacity, rate = rate }
  local held = redis.call('ZSCORE', KEYS[i * 2], id)
  if held and tonumber(held) > now then known = true end
  if cost > capacity and impossible == 0 then impossible = i end
  if v < cost or running >= cap then
    local missing = math.max(0, cost - v)
    local ms = math.ceil(missing / rate * 1000)
    if ms > wait then refused, wait, why = i, ms, missing > 0 and 1 or 2 end
  end
end
local answer = { 'RESERVED', '0', '0', '0' }
if known then
elseif impossible > 0 then answer = { 'IMPOSSIBLE', integer(impossible - 1), '0', '0' }
elseif refused > 0 then answer = { 'REFUSED', integer(refused - 1), integer(wait), integer(why) }
else
  for i = 1, buckets do
    local s, slots = state[i], KEYS[i * 2]
    s.v, s.running = s.v - cost, s.running + 1
    write(KEYS[i * 2 - 1], s.v, s.capacity, s.rate)
    redis.call('ZREMRANGEBYSCORE', slots, '-inf', integer(now))
    redis.call('ZADD', slots, integer(now + ttl * 1000), id)
    if redis.call('PTTL', slots) < ttl then redis.call('PEXPIRE', slots, integer(ttl)) end
  end
end
for i = 1, buckets do
  answer[#answer + 1] = integer(state[i].v)
  answer[#answer + 1] = integer(state[i].running)
end
return answer
`;

/** KEYS as above. ARGV: id, what to give back, then capacity, rate of each. */
export const settleScript = `${preamble}
local id, unused = ARGV[1], tonumber(ARGV[2])
local answer = {}
for i = 1, #KEYS / 2 do
  local balance, slots = KEYS[i * 2 - 1], KEYS[i * 2]
  local capacity, rate = tonumber(ARGV[i * 2 + 1]), tonumber(ARGV[i * 2 + 2])
  local v = available(balance, capacity, rate)
  local held = redis.call('ZSCORE', slots, id)
  if held and tonumber(held) > now then
    redis.call('ZREM', slots, id)
    v = math.min(capacity, v + unused)
    write(balance, v, capacity, rate)
  end
  answer[#answer + 1] = integer(v)
  answer[#answer + 1] = integer(inFlight(slots))
end
return answer
`;

/** KEYS as above. ARGV: capacity, rate of each. */
export const peekScript = `${preamble}
local answer = {}
for i = 1, #KEYS / 2 do
  answer[#answer + 1] = integer(available(KEYS[i * 2 - 1], tonumber(ARGV[i * 2 - 1]), tonumber(ARGV[i * 2])))
  answer[#answer + 1] = integer(inFlight(KEYS[i * 2]))
end
return answer
`;

/** KEYS: a hash (n: requests, s: start in microseconds) of each window. ARGV: max, windowMs of each. */
export const countScript = `${preamble}
local remaining, reset, retry = math.huge, 0, 0
local counts = {}
for i = 1, #KEYS do
  local max, windowMs = tonumber(ARGV[i * 2 - 1]), tonumber(ARGV[i * 2])
  local held = redis.call('HMGET', KEYS[i], 'n', 's')
  local n, started = tonumber(held[1] or 0), tonumber(held[2] or now)
  if now >= started + windowMs * 1000 then n, started = 0, now end
  local untilReset = math.ceil((started - now) / 1000 + windowMs)
  if n >= max then retry = math.max(retry, untilReset) end
  counts[i] = { n + 1, started, untilReset }
  if max - n - 1 < remaining then remaining, reset = max - n - 1, untilReset end
end
if retry > 0 then return { 'REFUSED', integer(retry), '0' } end
for i = 1, #KEYS do
  redis.call('HSET', KEYS[i], 'n', integer(counts[i][1]), 's', integer(counts[i][2]))
  redis.call('PEXPIRE', KEYS[i], integer(counts[i][3]))
end
return { 'COUNTED', integer(remaining), integer(reset) }
`;
