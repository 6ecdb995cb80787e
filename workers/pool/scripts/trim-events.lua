-- Forgets events: those older than their retention, and the oldest of all beyond so many bytes.
-- Uses: arguments, keys, numbers, clock, chain
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    retention in ms, most bytes, most events forgotten by one call: Redis does nothing else meanwhile
-- Returns { number of events forgotten, 1 when there are more to forget, else 0 }
local retention, most_bytes, most_forgotten = next_number(), next_number(), next_number()
local first = redis.call('XRANGE', events_key(), '-', '+', 'COUNT', 1)[1]
if not first then return { 0, 0 } end
local last = redis.call('XREVRANGE', events_key(), '+', '-', 'COUNT', 1)[1]
local oldest = fleet_time() - retention
local lightest = tonumber(last[2][4]) - most_bytes

-- Entries are as `emit` writes them: the 4th value is the bytes up to and with it, the 6th its fleet time.
local function kept(entry)
  return tonumber(entry[2][6]) >= oldest and tonumber(entry[2][4]) > lightest
end

-- Numbers and both limits only grow, so the first entry to keep is found by halving: the first that has a number from
-- `from` on.
local start = id_number(first[2][2])
local from, to = start + 1, id_number(last[1]) + 1
while from < to do
  local middle = math.floor((from + to) / 2)
  local entry = redis.call('XRANGE', events_key(), whole(middle) .. '-0', '+', 'COUNT', 1)[1]
  if kept(entry) then to = middle else from = id_number(entry[1]) + 1 end
end
local until_number = math.min(from, start + most_forgotten)
redis.call('XTRIM', events_key(), 'MINID', whole(until_number) .. '-0')
local left = redis.call('XRANGE', events_key(), '-', '+', 'COUNT', 1)[1]
return { id_number(left and left[2][2] or last[1]) - start, until_number < from and 1 or 0 }
