-- Ends live matches: nobody is in them any more, and their backfill tickets are cancelled.
-- Uses: arguments, keys, live-matches, membership
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    match ids, each that of a match or of one that it went on from
-- Returns per match one of
--   ended     it is over now
--   placing   it is being placed; nothing changed
--   going-on  another match that goes on from it is being placed: it is over when that is settled
--   unknown   it is not live as far as the queue knows; nothing changed
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

local results = {}
while has_more() do results[#results + 1] = finish_match(latest_match(next_text())) end
return results
