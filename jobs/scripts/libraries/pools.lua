-- Who searches in a pool, and the stream of changes by which workers keep their copy (mirror) of it.
-- Uses: keys, chain, run
-- Offers: note_entered, join_pool, leave_pool
local CHANGES_KEPT = 20000
-- Ticket ids in one change: `unpack` takes no more than some thousands.
local IDS_A_CHANGE = 1000
-- Pools come and go with the values that split them. An hour after a pool is empty its changes are forgotten: clean-up,
-- since a mirror that does not find its position reads the pool anew.
local EMPTY_POOL_SECONDS = 3600

-- By pool: its changes in order; and of pools that got or lost a ticket, their configuration.
local pool_changes, joined, left = {}, {}, {}

local function write_pools()
  for pool, changes in pairs(pool_changes) do append(changes_key(pool), changes_head_key(pool), changes, CHANGES_KEPT) end
  for pool, configuration in pairs(joined) do
    redis.call('SADD', pools_key(configuration), pool)
    redis.call('PERSIST', changes_key(pool))
    redis.call('PERSIST', changes_head_key(pool))
  end
  for pool, configuration in pairs(left) do
    if redis.call('EXISTS', pool_key(pool)) == 0 then
      redis.call('SREM', pools_key(configuration), pool)
      redis.call('HDEL', companions_key(), pool)
      redis.call('EXPIRE', changes_key(pool), EMPTY_POOL_SECONDS)
      redis.call('EXPIRE', changes_head_key(pool), EMPTY_POOL_SECONDS)
    end
  end
end

local function changes_of(pool)
  if next(pool_changes) == nil then at_end(write_pools) end
  local changes = pool_changes[pool] or {}
  pool_changes[pool] = changes
  return changes
end

-- Tells mirrors of a ticket that searches now: `entered`, its id, then names and values.
local function note_entered(pool, ...)
  local changes = changes_of(pool)
  changes[#changes + 1] = { 'entered', ... }
end

-- Tells mirrors who left. Tickets that leave one after the other are one change.
local function note_left(pool, id)
  local changes = changes_of(pool)
  local latest = changes[#changes]
  if not latest or latest[1] ~= 'left' or #latest >= 2 * IDS_A_CHANGE then
    latest = {}
    changes[#changes + 1] = latest
  end
  latest[#latest + 1] = 'left'
  latest[#latest + 1] = id
end

-- Puts a ticket of `size` waiting players into a pool's queue, and the pool among those of its configuration. A ticket
-- that is there already stays as it is. `note_entered` must follow.
local function join_pool(pool, configuration, sequence, id, size)
  if redis.call('ZADD', pool_key(pool), sequence, id) == 0 then return end
  if size ~= 1 then redis.call('HINCRBY', companions_key(), pool, size - 1) end
  joined[pool] = configuration
end

-- Takes a ticket out of its pool's queue.
local function leave_pool(pool, configuration, id, size)
  redis.call('ZREM', pool_key(pool), id)
  if size ~= 1 then redis.call('HINCRBY', companions_key(), pool, 1 - size) end
  note_left(pool, id)
  left[pool] = configuration
end
