-- Put before every script of `scripts/`, first of this folder: names, time, and what a script collects to write at its end.
-- KEYS[1] is always the domain's hash tag, e.g. {main.matchmaking}; every key built here carries it.
local tag = KEYS[1]

local function key(name, id)
  if id then return tag .. ':' .. name .. ':' .. id end
  return tag .. ':' .. name
end

-- Redis time in ms that never goes backwards, also over a failover to a node whose clock is behind. One time a script.
local now
local function read_clock()
  if now then return now end
  local t = redis.call('TIME')
  local ms = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
  now = tonumber(redis.call('GET', key('clock')) or '0')
  if ms > now then
    redis.call('SET', key('clock'), string.format('%d', ms))
    now = ms
  end
  return now
end

local CHANGES_KEPT = 20000
-- What an event weighs beside its detail, roughly.
local ENTRY_BYTES = 200
-- The longest search (12 h) plus the longest retry of an older start (25 h), rounded up.
local PLAYER_SECONDS = 172800

-- Pools come and go with the values that split them: what mirrors of an empty one might still read is forgotten.
local EMPTY_POOL_SECONDS = 3600

-- What a script writes of many things at once, it collects here; `run`, after it, writes each in one call. Per pool
-- what changed, whether it got or lost tickets, and from when on it is due; events; counts by configuration.
local changes, joined, left, due, events, counted = {}, {}, {}, {}, {}, {}

-- Tells mirrors of a pool what changed.
local function note_change(pool, ...)
  local all = changes[pool] or {}
  changes[pool] = all
  all[#all + 1] = { ... }
end

-- Tells mirrors of a pool who left it: tickets that go one after the other are one change, of as many as a call may have.
local function note_left(pool, id)
  local all = changes[pool]
  local latest = all and all[#all]
  if latest and latest[1] == 'left' and #latest < 2000 then
    latest[#latest + 1] = 'left'
    latest[#latest + 1] = id
  else
    note_change(pool, 'left', id)
  end
end

-- A pool is to be looked at from `time` on, if not before.
local function make_due(pool, time)
  due[pool] = math.min(due[pool] or time, time)
end

-- `pool` is absent before a ticket has entered one.
local function emit(type, time, configuration, detail, pool)
  events[#events + 1] = { type = type, time = time, configuration = configuration, detail = detail, pool = pool }
end

-- Counts what happens in a configuration, by slots of five minutes; jobs/matchmaking/activity.ts reads them.
local SLOT_MS = 300000
local SLOT_SECONDS = 4200
local function count(configuration, what, n)
  local counts = counted[configuration] or {}
  counted[configuration] = counts
  counts[what] = (counts[what] or 0) + n
end

-- Counts a decided match, and how long each of its tickets waited, in buckets of a quarter of a doubling.
local function count_match(configuration, starts, time)
  count(configuration, 'matches', 1)
  for _, start in ipairs(starts) do
    local wait = math.max(1, time - tonumber(start))
    count(configuration, 'wait:' .. math.floor(4 * math.log(wait) / math.log(2)), 1)
  end
end

local function write_changes()
  for pool, all in pairs(changes) do
    local counter = key('changed', pool)
    local n = redis.call('INCRBY', counter, #all)
    -- A pool that is new, or was forgotten, counts from the time in microseconds on: no number it has used comes again.
    if n == #all then
      local t = redis.call('TIME')
      n = tonumber(t[1]) * 1000000 + tonumber(t[2]) + #all
      redis.call('SET', counter, string.format('%d', n))
    end
    for i, change in ipairs(all) do
      redis.call('XADD', key('changes', pool), 'MAXLEN', '~', CHANGES_KEPT, string.format('%d-0', n - #all + i), unpack(change))
    end
  end
end

local function write_pools()
  for pool, configuration in pairs(joined) do
    redis.call('SADD', key('pools', configuration), pool)
    redis.call('PERSIST', key('changed', pool))
    redis.call('PERSIST', key('changes', pool))
  end
  for pool, configuration in pairs(left) do
    if redis.call('EXISTS', key('pool', pool)) == 0 then
      redis.call('SREM', key('pools', configuration), pool)
      redis.call('HDEL', key('companions'), pool)
      redis.call('EXPIRE', key('changed', pool), EMPTY_POOL_SECONDS)
      redis.call('EXPIRE', key('changes', pool), EMPTY_POOL_SECONDS)
    end
  end
end

local function write_due()
  for pool, time in pairs(due) do redis.call('ZADD', key('due'), 'LT', string.format('%d', time), pool) end
  due = {}
end

-- Events are numbered without a gap, so that a reader knows when trimming has overtaken it. `bytes` counts all there
-- ever were, so that trimming finds its place by it.
local function write_events()
  if #events == 0 then return end
  local weight = 0
  for _, event in ipairs(events) do weight = weight + #event.detail + ENTRY_BYTES end
  local n = redis.call('INCRBY', key('event-number'), #events) - #events
  local bytes = redis.call('INCRBY', key('event-bytes'), weight) - weight
  local custom = {}
  for i, event in ipairs(events) do
    local configuration = event.configuration
    if custom[configuration] == nil then
      custom[configuration] = redis.call('HGET', key('configuration', configuration), 'custom-event-data')
    end
    bytes = bytes + #event.detail + ENTRY_BYTES
    local entry = { 'type', event.type, 'time', string.format('%d', event.time), 'configuration', configuration,
      'detail', event.detail, 'bytes', string.format('%d', bytes) }
    if event.pool then
      entry[#entry + 1] = 'pool'
      entry[#entry + 1] = event.pool
    end
    if custom[configuration] then
      entry[#entry + 1] = 'custom'
      entry[#entry + 1] = custom[configuration]
    end
    redis.call('XADD', key('events'), string.format('%d-0', n + i), unpack(entry))
  end
end

local function write_counts()
  for configuration, counts in pairs(counted) do
    local slot = key('activity', configuration .. ':' .. string.format('%d', math.floor(read_clock() / SLOT_MS)))
    for what, n in pairs(counts) do
      if redis.call('HINCRBY', slot, what, n) == n then redis.call('EXPIRE', slot, SLOT_SECONDS) end
    end
  end
end

-- Runs a script of this folder, then writes what it collected.
local function run(script)
  local result = script()
  write_changes()
  write_pools()
  write_due()
  write_events()
  write_counts()
  return result
end
