-- Takes players who left a running match out of its backfill ticket. Where it has none, AUTOMATIC gives it one, unless
-- one of its own was stopped.
-- KEYS[1] hash tag
-- ARGV    match id, configuration, number of players n who left, n player ids, then the backfill ticket it gets: ticket
--         id (empty: none), and where there is one its pool, timeout in ms, number of players m, m times: player id, team,
--         player (JSON)
-- Returns one of
--   dropped    its backfill ticket goes on without them, or ended with the last of its players
--   placing    its backfill ticket has found players who are being placed; nothing changed
--   opened     it has a backfill ticket now
--   none       it has none and gets none
local match, time = ARGV[1], read_clock()
local after = 4 + tonumber(ARGV[3])
local current = redis.call('HGET', key('backfills'), match)
local ticket = current and read_ticket(current)
if ticket and ticket.status == 'PLACING' then return 'placing' end
if ticket then
  for i = 4, after - 1 do drop_from_backfill(current, ARGV[i], time) end
  return 'dropped'
end
local automatic = read_automatic(after)
return automatic and open_automatic(automatic, match, ARGV[2], time) and 'opened' or 'none'
