-- Who comes into a live match, who leaves it, and how it ends.
-- Uses: keys, tickets, live-matches, backfilling, backfills, proposals, arrivals
-- Offers: leave_match, board, settle_live, finish_match
-- A player leaves the live match they are in.
local function leave_match(match, player_id)
  leave_live(match, player_id)
  drop_from_backfill(match, player_id)
  tend(match)
end

-- A match is decided: it is live, and its players leave the live matches that they were in. `facts`: see `open_live`; `fills`, the
-- live match that it is to go on from, or nil. `players`: list of { id, player (JSON, or empty) }, those who join.
-- Returns the outbox entry: `entry`, and the players whom earlier matches have lost by this.
local function board(match, facts, players, entry)
  local lost, by_match = {}, {}
  for _, player in ipairs(players) do
    local earlier = match_of(player.id)
    if earlier then
      leave_match(earlier, player.id)
      if not by_match[earlier] then
        by_match[earlier] = { matchId = earlier, playerIds = {} }
        lost[#lost + 1] = by_match[earlier]
      end
      table.insert(by_match[earlier].playerIds, player.id)
    end
  end
  open_live(match, facts, players)
  if facts.fills and redis.call('EXISTS', live_key(facts.fills)) == 1 then
    redis.call('HSET', live_key(facts.fills), 'next', match)
  end
  if #lost == 0 then return entry end
  return entry:sub(1, -2) .. ',"leaves":' .. cjson.encode(lost) .. '}'
end

-- A match is over. Its backfill ticket ends with it, unless that is being placed.
local function end_match(match)
  local backfill = backfill_of(match)
  local ticket = backfill and read_ticket(backfill)
  if ticket and undecided(ticket.status) then cancel(ticket, 'The match is over.') end
  forget_live(match)
end

-- A decided match is played, or, with `failed`, is not. `backfill`: its backfill ticket, where it has one. `over`: the match that
-- this should go on from was over on record.
local function settle_live(match, failed, backfill, over)
  local from = backfill and backfill.fills
  local waited = from and redis.call('HGET', live_key(from), 'next') == match
  if waited then
    over = over or redis.call('HEXISTS', live_key(from), 'over') == 1
    local result = redis.call('HGET', live_key(from), 'result')
    if result then note_result(ladder_of(from), failed and from or match, result) end
    redis.call('HDEL', live_key(from), 'next', 'backfill', 'over', 'result')
  end
  if failed then
    forget_live(match)
    if waited then
      if over then end_match(from) else tend(from) end
    end
    return
  end
  if waited then
    local ids = {}
    for i, member in ipairs(members_of(backfill)) do ids[i] = member.playerId end
    go_on(from, match, ids)
  end
  if over then end_match(match) else tend(match) end
end

-- Ends a match, the latest of those that went on from each other. Returns what end-match.lua lists.
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
