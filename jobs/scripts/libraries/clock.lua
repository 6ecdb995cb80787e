-- Two times in ms, each the same throughout a script. Durations (deadlines, ages, lag, when something is due) are told in
-- fleet time; what users and the record see is Redis time, which steps when somebody sets the server's clock.
-- Uses: keys, numbers
-- Offers: fleet_time, redis_time, redis_microseconds
-- Fleet time follows Redis time, but never backwards, and at most this far (ms) between two scripts.
local LONGEST_STEP_MS = 5000

local read

local function read_clock()
  if read then return read end
  local server = redis.call('TIME')
  local time = tonumber(server[1]) * 1000 + math.floor(tonumber(server[2]) / 1000)
  local known = redis.call('GET', clock_key())
  local seen, now = string.match(known or '', '^(%d+) (%d+)$')
  now = seen and tonumber(now) + math.min(math.max(0, time - tonumber(seen)), LONGEST_STEP_MS) or time
  read = { now = now, time = time, microseconds = tonumber(server[2]) }
  local written = whole(time) .. ' ' .. whole(now)
  if written ~= known then redis.call('SET', clock_key(), written) end
  return read
end

local function fleet_time() return read_clock().now end

local function redis_time() return read_clock().time end

-- Of the second that Redis time is in.
local function redis_microseconds() return read_clock().microseconds end
