-- Ends live matches: nobody is in them any more, and their backfill tickets are cancelled.
-- Uses: arguments, keys, tickets, comparing, live-matches, membership
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    match ids, each that of a match or of one that it went on from
-- Returns per match one of
--   ended     it is over now
--   placing   it is being placed; nothing changed
--   going-on  another match that goes on from it is being placed: it is over when that is settled
--   unknown   it is not live as far as the queue knows; nothing changed
-- Throws UNCOMPARED while the record may know a match that goes on from one of them; nothing changed.
local function finish_match(match)
  if redis.call('HEXISTS', outbox_key(), match) == 1 then return 'placing' end
  if redis.call('EXISTS', live_key(match)) == 0 then return 'unknown' end
  if redis.call('HEXISTS', live_key(match), 'next') == 1 then
    redis.call('HSET', live_key(match), 'over', '1')
    return 'going-on'
  end
  end_match(match)
  return 'ended'
end

local matches, results = {}, {}
while has_more() do
  matches[#matches + 1] = latest_match(next_text())
  local backfill = backfill_of(matches[#matches])
  local ticket = backfill and read_ticket(backfill)
  if ticket then await_comparison(ticket) end
end
for i, match in ipairs(matches) do results[i] = finish_match(match) end
return results
