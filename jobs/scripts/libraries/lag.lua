-- How far matchmaking is behind what arrives. Past a bound producers are refused new tickets of the configuration
-- (jobs/scripts/start.lua): more of them would make all of them wait longer.
-- Uses: keys, numbers
-- Offers: note_cycle, note_short, note_rest, check_lag, is_at_rest
-- The bound (ms): three times the ten acceptable waits of production after which `queue-depth` rings, so scaling had its time.
local MOST_LAG_MS = 30000
-- Fewer waiting tickets are no backlog, but the tickets of a worker that died.
local BACKLOG = 1000
-- Producers are refused for this long (ms). It is longer than a busy worker goes without a call. When no worker notes the
-- lag any more, tickets are taken again.
local REFUSED_MS = 10000
-- How long (ms) the lag of a pool is known after its last cycle.
local LAG_KEPT_MS = 600000

local function refuse_new(configuration, lag)
  redis.call('SET', behind_key(configuration), whole(lag), 'PX', REFUSED_MS)
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
  local since, began, whole_pool = string.match(redis.call('GET', lag_key(pool)) or '', '^(%d+) (%d+) (%d)$')
  return tonumber(since), tonumber(began), whole_pool
end

local function write_lag(pool, since, began, whole_pool)
  redis.call('SET', lag_key(pool), string.format('%d %d %s', since, began, whole_pool), 'PX', LAG_KEPT_MS)
end

-- A cycle `begins` ('1') or goes on, and has loaded the whole pool ('1') or a part of it.
local function note_cycle(pool, begins, whole_pool, time)
  local since, began, was_whole = read_lag(pool)
  if begins == '1' then since, began = was_whole == '1' and began or since, time end
  write_lag(pool, since or time, began or time, whole_pool)
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

local function check_lag(pool, configuration, time)
  local since = read_lag(pool)
  if since and time - since > MOST_LAG_MS and has_backlog(configuration) then refuse_new(configuration, time - since) end
end

-- Whether no cycle of the pool is under way or announced: somebody has to wake it.
local function is_at_rest(pool)
  return redis.call('EXISTS', lag_key(pool)) == 0
end
