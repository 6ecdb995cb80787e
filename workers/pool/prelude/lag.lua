-- Put before every script of `scripts/`: lag, how far matchmaking is behind what arrives. Past a bound producers are refused
-- new tickets of the configuration (`producers/scripts/reserve.lua`): more of them would make all of them wait longer.

-- The bound (ms): three times the ten acceptable waits of production after which `queue-depth` rings, so scaling had its time.
local MOST_LAG_MS = 30000
-- So many tickets wait at least: a few that waited for a worker that died are no backlog.
local BACKLOG = 1000
-- For how long (ms) producers are refused when it is seen: longer than a worker that is busy goes without a call. Once nobody
-- is there to see it, tickets are taken again, for when somebody is.
local REFUSED_MS = 10000
-- How long (ms) the lag of a pool is known after its last cycle.
local LAG_KEPT_MS = 600000

local function refuse_new(configuration, lag)
  redis.call('SET', key('behind', configuration), string.format('%d', lag), 'PX', REFUSED_MS)
end

local function has_backlog(configuration)
  local waiting = 0
  for _, pool in ipairs(redis.call('SMEMBERS', key('pools', configuration))) do
    waiting = waiting + redis.call('ZCARD', key('pool', pool))
    if waiting > BACKLOG then return true end
  end
  return false
end

-- Of a pool that does not rest: since when (ms) tickets have come that no finished cycle had, when its cycle began, and '1' where
-- that has the whole pool.
local function read_lag(pool)
  local since, began, whole = string.match(redis.call('GET', key('lag', pool)) or '', '^(%d+) (%d+) (%d)$')
  return tonumber(since), tonumber(began), whole
end

local function write_lag(pool, since, began, whole)
  redis.call('SET', key('lag', pool), string.format('%d %d %s', since, began, whole), 'PX', LAG_KEPT_MS)
end

-- A worker catches up with the pool: a cycle `begins` ('1') or goes on, and has the `whole` pool ('1') or a part of it.
local function note_cycle(pool, begins, whole, time)
  local since, began, was_whole = read_lag(pool)
  if begins == '1' then since, began = was_whole == '1' and began or since, time end
  write_lag(pool, since or time, began or time, whole)
end

-- A cycle has not decided all it could.
local function note_short(pool)
  local since, began = read_lag(pool)
  if since then write_lag(pool, since, began, '0') end
end

-- The pool has nothing left to do: what there is of a backlog is in others, whose cycles see it.
local function note_rest(pool, configuration)
  redis.call('DEL', key('lag', pool), key('behind', configuration))
end

local function check_lag(pool, configuration, time)
  local since = read_lag(pool)
  if since and time - since > MOST_LAG_MS and has_backlog(configuration) then refuse_new(configuration, time - since) end
end

-- Tickets have entered, of which the newest was reserved at `start`. They come in that order, but for those tried again: what
-- counts is the newest that ever entered.
local function check_entry(configuration, start, time)
  local newest = math.max(start, tonumber(redis.call('HGET', key('newest-entered'), configuration) or '0'))
  redis.call('HSET', key('newest-entered'), configuration, string.format('%d', newest))
  if time - newest > MOST_LAG_MS and redis.call('ZCARD', key('reservations')) > BACKLOG then
    refuse_new(configuration, time - newest)
  end
end
