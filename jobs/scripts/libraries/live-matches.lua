-- Live matches, and who is in each. A match is live from its decision until its result, its end or the setting matchTtl. One that
-- was backfilled goes on under another id.
-- Uses: keys, numbers, clock, players, run
-- Offers: latest_match, match_of, backfill_of, players_in, open_live, go_on, leave_live, forget_live
local SEAT = '^in:(.*)$'

-- The id under which a match goes on.
local function latest_match(match)
  local became = redis.call('HGET', live_key(match), 'became')
  while became do
    match = became
    became = redis.call('HGET', live_key(match), 'became')
  end
  return match
end

-- The live match that a player is in; false where there is none.
local function match_of(player_id) return read_player(player_id).playing end

-- The backfill ticket of a live match that has not ended; nil where there is none.
local function backfill_of(match) return redis.call('HGET', live_key(match), 'backfill') or nil end

-- Everybody in a live match, as { id, player (JSON, or empty where nobody needs it) }, by id.
local function players_in(match)
  local fields, players = redis.call('HGETALL', live_key(match)), {}
  for i = 1, #fields, 2 do
    local id = string.match(fields[i], SEAT)
    if id then players[#players + 1] = { id = id, player = fields[i + 1] } end
  end
  table.sort(players, function(one, other) return one.id < other.id end)
  return players
end

local function put_into(player_id, match)
  local player = read_player(player_id)
  player.playing = match
  save_player(player)
end

-- Puts players, who are in no other live match, into this one. `fields`: names and values that are written with them.
local function seat(match, players, fields)
  for _, player in ipairs(players) do
    fields[#fields + 1] = 'in:' .. player.id
    fields[#fields + 1] = player.player
    put_into(player.id, match)
  end
  if #fields > 0 then redis.call('HSET', live_key(match), unpack(fields)) end
end

local begun = {}

local function write_begun()
  redis.call('ZADD', lives_key(), unpack(begun))
end

-- `facts`: configuration, pool; most and timeout where AUTOMATIC finds it company, else empty.
local function open_live(match, facts, players)
  seat(match, players, facts.most == '' and { 'configuration', facts.configuration, 'pool', facts.pool } or
    { 'configuration', facts.configuration, 'pool', facts.pool, 'most', facts.most, 'timeout', facts.timeout })
  if #begun == 0 then at_end(write_begun) end
  begun[#begun + 1] = whole(fleet_time())
  begun[#begun + 1] = match
end

local function leave_live(match, player_id)
  redis.call('HDEL', live_key(match), 'in:' .. player_id)
  redis.call('HSET', live_key(match), 'left', '1')
  put_into(player_id, nil)
end

local function unseat(match)
  for _, player in ipairs(players_in(match)) do put_into(player.id, nil) end
end

-- The matches that one went on from, the first first.
local function past_of(match) return cjson.decode(redis.call('HGET', live_key(match), 'was') or '[]') end

-- A match goes on as another with those of its players whom the list `ids` names; the others are in neither.
local function go_on(from, match, ids)
  local carried, names = {}, {}
  for _, id in ipairs(ids) do names[id] = true end
  for _, player in ipairs(players_in(from)) do
    if names[player.id] then carried[#carried + 1] = player end
  end
  local was, quiet = past_of(from), redis.call('HGET', live_key(from), 'quiet')
  was[#was + 1] = from
  unseat(from)
  redis.call('DEL', live_key(from))
  redis.call('ZREM', lives_key(), from)
  redis.call('HSET', live_key(from), 'became', match)
  redis.call('HSET', live_key(match), 'was', cjson.encode(was))
  if quiet then redis.call('HSET', live_key(match), 'quiet', quiet) end
  seat(match, carried, {})
end

-- A match is no longer live.
local function forget_live(match)
  unseat(match)
  for _, earlier in ipairs(past_of(match)) do redis.call('DEL', live_key(earlier)) end
  redis.call('DEL', live_key(match))
  redis.call('ZREM', lives_key(), match)
end
