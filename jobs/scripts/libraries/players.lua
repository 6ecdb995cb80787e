-- What is known of a player: the newest ticket that they started, the live match that they are in, and their latest session that
-- ended, with the live match that it ended in.
-- Uses: keys, texts, lines, run
-- Offers: read_players, read_player, save_player
local PLAYER = { 'ticket', 'playing', 'ended', 'ended_in' }
-- Clean-up: how long a session that ended is known of a player who has nothing else. Calls are repeated for 25 h at most.
local ENDED_SECONDS = 172800

local players = {}

-- One command reads players that `read_player` is going to ask for.
local function read_players(ids)
  read_texts(player_key, ids)
end

-- A script has one table for a player: what it changes of them every part of it sees.
local function read_player(id)
  if not players[id] then
    local player = { id = id }
    local text = text_of(player_key(id))
    if text then read_lines(player, PLAYER, {}, text, 1) end
    players[id] = player
  end
  return players[id]
end

-- nil, and the key goes, where nothing is known.
local function player_text(player)
  if not player.ticket and not player.playing and not player.ended then return nil end
  return join_lines(player, PLAYER)
end

local saved = {}

local function expire_players()
  for _, player in ipairs(saved) do
    if player.ended and not player.ticket and not player.playing then
      redis.call('EXPIRE', player_key(player.id), ENDED_SECONDS)
    end
  end
end

-- Writes what is known of the player, as it is when the script ends.
local function save_player(player)
  write_text(player_key(player.id), player, player_text)
  if #saved == 0 then at_end(expire_players) end
  saved[#saved + 1] = player
end
