-- When a pool must be looked at, in fleet time.
-- Uses: keys, numbers, run
-- Offers: make_due, write_due, make_pools_due
-- By pool the earliest moment, ms.
local due_from = {}

local function write_due()
  for pool, moment in pairs(due_from) do redis.call('ZADD', due_key(), 'LT', whole(moment), pool) end
  due_from = {}
end

-- The pool is due at `moment`, if not before.
local function make_due(pool, moment)
  local known = due_from[pool]
  if known and known <= moment then return end
  if next(due_from) == nil then at_end(write_due) end
  due_from[pool] = moment
end

-- Every pool of a configuration is due: its waiting tickets may match now.
local function make_pools_due(configuration, moment)
  for _, pool in ipairs(redis.call('SMEMBERS', pools_key(configuration))) do make_due(pool, moment) end
end
