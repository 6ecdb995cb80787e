-- What waits for a ladder's rater, in order: results of matches and operators' commands. They stay until they are on record.
-- Uses: keys, numbers, clock, chain, run
-- Offers: note_arrival, note_result, ladder_of
-- By ladder.
local arrived = {}

local function write_arrivals()
  for ladder, entries in pairs(arrived) do append(arrivals_key(ladder), arrivals_head_key(ladder), entries) end
end

-- `fields`: names and values of an entry. Returns whether the ladder was at rest, so that its rater has to be woken.
local function note_arrival(ladder, fields)
  if next(arrived) == nil then at_end(write_arrivals) end
  local entries = arrived[ladder] or {}
  arrived[ladder] = entries
  entries[#entries + 1] = { n = 1, unpack(fields) }
  return redis.call('ZADD', ladders_key(), 'NX', whole(fleet_time()), ladder) == 1
end

-- `result`: JSON. Returns the same.
local function note_result(ladder, match, result)
  return note_arrival(ladder, { 'match', match, 'result', result })
end

-- The ladder of a live match; of one that is not live the one that most have, until the record is asked.
local function ladder_of(match)
  local configuration = redis.call('HGET', live_key(match), 'configuration')
  return configuration and redis.call('HGET', configuration_key(configuration), 'ladder') or 'default'
end
