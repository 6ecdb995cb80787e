-- When a pool must be looked at.
-- Uses: keys, numbers, run
-- Offers: make_due, write_due, make_pools_due
-- By pool the earliest time, ms.
local due_from = {}

local function write_due()
  for pool, time in pairs(due_from) do redis.call('ZADD', due_key(), 'LT', whole(time), pool) end
  due_from = {}
end

-- The pool is due at `time`, if not before.
local function make_due(pool, time)
  if next(due_from) == nil then at_end(write_due) end
  due_from[pool] = math.min(due_from[pool] or time, time)
end

-- Every pool of a configuration is due: its waiting tickets may match now.
local function make_pools_due(configuration, time)
  for _, pool in ipairs(redis.call('SMEMBERS', pools_key(configuration))) do make_due(pool, time) end
end
