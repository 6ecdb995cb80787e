-- Starts a backfill ticket: it searches from here on for company for those of its players who are in the live match and look for
-- no other. An older one of the match is cancelled.
-- Uses: arguments, keys, numbers, clock, tickets, comparing, lag, live-matches, backfilling, proposals
-- KEYS[1] hash tag
-- ARGV    ticket id, configuration, its version, pool, request timeout in ms, match id, actor (JSON), call id (the same when a
--         connection repeats this script), trace header or empty, 1 when its players' ratings have to be read first (else
--         empty), then per player: player id, team, player (JSON)
-- Returns { verdict, sequence, start in ms, the pool to wake or empty }, verdict one of
--   searching              (also when this very call started it before); the others come alone, and nothing changed
--   taken:<STATUS>         the ticket id was used before
--   unknown-configuration
--   outdated               that is not the version in force
--   not-live               no such match is live
--   went-on:<match>        it goes on as that one
--   placing                it is being placed
--   filling:<ticket>       that ticket has found players for it, who are being placed
--   nobody                 none of the players is in the match, and looks for no other
-- Throws UNCOMPARED while the record may know another end of the older ticket; nothing changed.
local wanted = { id = next_text(), configuration = next_text(), version = next_text(), pool = next_text(),
  timeout = next_number(), match = next_text(), actor = next_text(), call = next_text(), trace = next_text(),
  unrated = next_text() }

-- The older backfill ticket of the match.
local older

local function why_not()
  local version = redis.call('HGET', configuration_key(wanted.configuration), 'version')
  if not version then return 'unknown-configuration' end
  if version ~= wanted.version then return 'outdated' end
  local latest = latest_match(wanted.match)
  if latest ~= wanted.match then return 'went-on:' .. latest end
  if redis.call('HEXISTS', outbox_key(), wanted.match) == 1 then return 'placing' end
  if redis.call('EXISTS', live_key(wanted.match)) == 0 then return 'not-live' end
  local current = backfill_of(wanted.match)
  older = current and read_ticket(current)
  if older and older.status == 'PLACING' then return 'filling:' .. older.id end
  if older then await_comparison(older) end
end

local there = read_ticket(wanted.id)
if there and there.call == wanted.call then return { 'searching', whole(there.sequence), there.start, '' } end
if there then return { 'taken:' .. there.status } end
local refusal = why_not()
if refusal then return { refusal } end
local members = {}
while has_more() do
  local member = { id = next_text(), team = next_text(), player = next_text() }
  if match_of(member.id) == wanted.match and not looks_elsewhere(member.id) then members[#members + 1] = member end
end
if #members == 0 then return { 'nobody' } end

-- The first write: a full store refuses it, and would let a first one pass that frees, and with it all that follow.
wanted.sequence = redis.call('INCR', sequence_key())
if older then cancel(older, 'Superseded by a newer backfill ticket of the same match.') end
local rests = is_at_rest(wanted.pool)
open_backfill(wanted, members)
return { 'searching', whole(wanted.sequence), whole(redis_time()), rests and wanted.pool or '' }
