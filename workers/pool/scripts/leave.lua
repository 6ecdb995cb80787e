-- Takes players who left a running match out of its backfill ticket. Where it has none, AUTOMATIC gives it one, unless
-- one of its own was stopped.
-- Uses: arguments, keys, tickets, backfills, automatic-backfill
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    match id, configuration, number of players n who left, n player ids, then the backfill ticket it gets: ticket
--         id (empty: none), and where there is one its pool, timeout in ms, number of players m, m times: player id, team,
--         player (JSON)
-- Returns one of
--   dropped    its backfill ticket goes on without them, or ended with the last of its players
--   placing    its backfill ticket has found players who are being placed; nothing changed
--   opened     it has a backfill ticket now
--   none       it has none and gets none
local match, configuration = next_text(), next_text()
local leaving = next_list(next_number())
local automatic = next_automatic()
local current = redis.call('HGET', backfills_key(), match)
local ticket = current and read_ticket(current)
if ticket and ticket.status == 'PLACING' then return 'placing' end
if ticket then
  for _, player_id in ipairs(leaving) do drop_from_backfill(current, player_id) end
  return 'dropped'
end
return automatic and open_automatic(automatic, match, configuration) and 'opened' or 'none'
