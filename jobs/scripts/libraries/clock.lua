-- Redis time in ms. It never goes backwards, also over a failover to a node whose clock is behind. One time a script.
-- Uses: keys, numbers
-- Offers: read_clock
local now

local function read_clock()
  if now then return now end
  local time = redis.call('TIME')
  local ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  now = tonumber(redis.call('GET', clock_key()) or '0')
  if ms > now then
    redis.call('SET', clock_key(), whole(ms))
    now = ms
  end
  return now
end
