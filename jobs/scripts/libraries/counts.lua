-- Counts what happens in a configuration, in slots of five minutes of fleet time. jobs/configuration/activity.ts reads them.
-- Uses: keys, numbers, clock, run
-- Offers: count, count_match
local SLOT_MS = 300000
-- Clean-up: who reads asks for the slots of the last hour by their names.
local SLOT_SECONDS = 4200

-- By configuration, by what is counted.
local counted = {}

local function write_counts()
  for configuration, counts in pairs(counted) do
    local slot = activity_key(configuration, whole(math.floor(fleet_time() / SLOT_MS)))
    for what, n in pairs(counts) do
      if redis.call('HINCRBY', slot, what, n) == n then redis.call('EXPIRE', slot, SLOT_SECONDS) end
    end
  end
end

local function count(configuration, what, n)
  if next(counted) == nil then at_end(write_counts) end
  local counts = counted[configuration] or {}
  counted[configuration] = counts
  counts[what] = (counts[what] or 0) + n
end

-- By when a ticket began to wait.
local buckets = {}

-- A bucket of a quarter of a doubling.
local function bucket_of(began)
  if not buckets[began] then
    local wait = math.max(1, fleet_time() - tonumber(began))
    buckets[began] = 'wait:' .. math.floor(4 * math.log(wait) / math.log(2))
  end
  return buckets[began]
end

-- Counts a decided match, and how long each of its tickets waited. `since`: when each began to wait, fleet time.
local function count_match(configuration, since)
  count(configuration, 'matches', 1)
  for _, began in ipairs(since) do count(configuration, bucket_of(began), 1) end
end
