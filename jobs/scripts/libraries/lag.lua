-- How far matchmaking is behind what arrives, in fleet time. Past a bound producers are refused new tickets of the configuration
-- (jobs/scripts/start.lua): more of them would make all of them wait longer.
-- Uses: keys, numbers, clock
-- Offers: lag_refused, note_cycle, note_short, note_rest, check_lag, is_at_rest
-- The bound (ms): three times the ten acceptable waits of production after which `queue-depth` rings, so scaling had its time.
local MOST_LAG_MS = 30000
-- Fewer waiting tickets are no backlog, but the tickets of a worker that died.
local BACKLOG = 1000
-- Producers are refused for this long (ms). It is longer than a busy worker goes without a call. When no worker notes the
-- lag any more, tickets are taken again.
local REFUSED_MS = 10000
-- How long (ms) the lag of a pool is known after its last cycle.
local LAG_KNOWN_MS = 600000
-- Clean-up: long before, the lag of a pool that no longer has cycles is unknown.
local LAG_KEPT_SECONDS = 86400

local function refuse_new(configuration, lag)
  redis.call('SET', behind_key(configuration), whole(lag) .. ' ' .. whole(fleet_time() + REFUSED_MS))
end

-- How far (ms) a configuration is behind that takes no new tickets; nil where it takes them.
local function lag_refused(configuration)
  local lag, till = string.match(redis.call('GET', behind_key(configuration)) or '', '^(%d+) (%d+)$')
  return lag and tonumber(till) > fleet_time() and lag or nil
end

local function has_backlog(configuration)
  local waiting = 0
  for _, pool in ipairs(redis.call('SMEMBERS', pools_key(configuration))) do
    waiting = waiting + redis.call('ZCARD', pool_key(pool))
    if waiting > BACKLOG then return true end
  end
  return false
end

-- Lag of an active pool: arrival time (ms) of the oldest ticket that no completed cycle has seen; start of the current
-- cycle (ms); '1' if it has loaded the whole pool.
local function read_lag(pool)
  local since, began, whole_pool, noted =
    string.match(redis.call('GET', lag_key(pool)) or '', '^(%d+) (%d+) (%d) (%d+)$')
  if not since or fleet_time() - tonumber(noted) > LAG_KNOWN_MS then return nil end
  return tonumber(since), tonumber(began), whole_pool
end

local function write_lag(pool, since, began, whole_pool)
  local lag = string.format('%d %d %s %d', since, began, whole_pool, fleet_time())
  redis.call('SET', lag_key(pool), lag, 'EX', LAG_KEPT_SECONDS)
end

-- A cycle `begins` ('1') or goes on, and has loaded the whole pool ('1') or a part of it.
local function note_cycle(pool, begins, whole_pool)
  local since, began, was_whole = read_lag(pool)
  if begins == '1' then since, began = was_whole == '1' and began or since, fleet_time() end
  write_lag(pool, since or fleet_time(), began or fleet_time(), whole_pool)
end

-- A cycle has not decided all it could.
local function note_short(pool)
  local since, began = read_lag(pool)
  if since then write_lag(pool, since, began, '0') end
end

-- The pool has nothing left to do. A backlog of other pools is seen by their cycles.
local function note_rest(pool, configuration)
  redis.call('DEL', lag_key(pool), behind_key(configuration))
end

local function check_lag(pool, configuration)
  local since = read_lag(pool)
  local lag = since and fleet_time() - since or 0
  if lag > MOST_LAG_MS and has_backlog(configuration) then refuse_new(configuration, lag) end
end

-- Whether no cycle of the pool is under way or announced: somebody has to wake it.
local function is_at_rest(pool) return read_lag(pool) == nil end
