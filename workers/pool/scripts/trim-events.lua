-- Forgets events: those older than their retention, and the oldest of all beyond so many bytes.
-- Uses: arguments, keys, numbers, clock
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    retention in ms, most bytes, most events forgotten by one call: Redis does nothing else meanwhile
-- Returns { events forgotten, 1 when there are more to forget, else 0 }
local retention, most_bytes, most_forgotten = next_number(), next_number(), next_number()
local first = redis.call('XRANGE', events_key(), '-', '+', 'COUNT', 1)[1]
if not first then return { 0, 0 } end
local last = redis.call('XREVRANGE', events_key(), '+', '-', 'COUNT', 1)[1]
local oldest = fleet_time() - retention
local lightest = tonumber(last[2][10] or '0') - most_bytes

-- Entries are as `emit` writes them: the 10th value is the bytes up to and with it, the 12th its fleet time.
local function kept(entry)
  return tonumber(entry[2][12] or '0') >= oldest and tonumber(entry[2][10] or '0') > lightest
end

-- Numbers have no gap and both limits only grow, so the first event to keep is found by halving.
local from, to = tonumber(first[1]:match('^%d+')), tonumber(last[1]:match('^%d+')) + 1
local start = from
while from < to do
  local middle = math.floor((from + to) / 2)
  local entry = redis.call('XRANGE', events_key(), whole(middle) .. '-0', '+', 'COUNT', 1)[1]
  if kept(entry) then to = middle else from = middle + 1 end
end
local until_number = math.min(from, start + most_forgotten)
local forgotten = redis.call('XTRIM', events_key(), 'MINID', whole(until_number) .. '-0')
return { forgotten, until_number < from and 1 or 0 }
