-- Takes a player out of the live match that they are in, and out of its backfill ticket.
-- Uses: arguments, keys, players, live-matches, membership
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    player id, match id, or one that it went on from (empty: whichever they are in), the session that ends with it (empty:
--         none)
-- Returns { outcome, the id under which that match goes on, or empty }, outcome one of
--   left       they are not in it any more, also when the end of this very session took them out before
--   elsewhere  they are not in it as far as the queue knows: the record may know better; nothing changed
local player, named, session = next_text(), next_text(), next_text()
local known = read_player(player)

-- The latest session that ended is kept with the match that it ended in: whoever ends it again, since the answer was lost, gets
-- that answer, and must not take the player out of a match they have found since.
if session ~= '' and known.ended == session then
  return { known.ended_in and 'left' or 'elsewhere', known.ended_in or '' }
end
local match = match_of(player)
-- Who goes on from a match is in that one until the next has started, by whichever of the two ids they leave.
local is_named = named == '' or match and (latest_match(named) == match or redis.call('HGET', live_key(match), 'next') == named)
if not is_named then match = nil end
if session ~= '' then
  known.ended, known.ended_in = session, match
  save_player(known)
end
if not match then return { 'elsewhere', '' } end
leave_match(match, player)
return { 'left', match }
