-- What is known of a player, each thing false where there is none: the newest ticket that they started, the live match that they are in, and their latest session that
-- ended, with the live match that it ended in.
-- Uses: keys, texts, lines, run
-- Offers: read_players, read_player, save_player
local PLAYER_LINES = '^' .. string.rep(LINE, 4)
-- Clean-up: how long a session that ended is known of a player who has nothing else. Calls are repeated for 25 h at most.
local ENDED_SECONDS = 172800

-- By id. A script has one table for a player: what it changes of them every part of it sees.
local players = {}

local function parse_player(player, text)
  local ticket, playing, ended, ended_in = from_lines(text, PLAYER_LINES, 1)
  if not ended_in then return end
  player.ticket, player.playing = ticket ~= '' and ticket, playing ~= '' and playing
  player.ended, player.ended_in = ended ~= '' and ended, ended_in ~= '' and ended_in
end

-- One command reads many players. Returns them in the order of their ids.
local function read_players(ids)
  local unread, keys = {}, {}
  for i = 1, #ids do
    local id = ids[i]
    if not players[id] then
      local player = { id = id, ticket = false, playing = false, ended = false, ended_in = false,
        encode = false, final = false }
      players[id] = player
      unread[#unread + 1], keys[#keys + 1] = player, player_key(id)
    end
  end
  for i, text in ipairs(texts_of(keys)) do
    if text then parse_player(unread[i], text) end
  end
  local found = {}
  for i = 1, #ids do found[i] = players[ids[i]] end
  return found
end

local function read_player(id)
  return players[id] or read_players({ id })[1]
end

-- nil, and the key goes, where nothing is known.
local function player_text(player)
  if not player.ticket and not player.playing and not player.ended then return nil end
  local ticket, playing, ended, ended_in = player.ticket or '', player.playing or '', player.ended or '', player.ended_in or ''
  if not is_plain(ticket .. playing .. ended .. ended_in) then
    ticket, playing, ended, ended_in = escape(ticket), escape(playing), escape(ended), escape(ended_in)
  end
  return ticket .. '\n' .. playing .. '\n' .. ended .. '\n' .. ended_in .. '\n'
end

local with_ended = {}

local function expire_players()
  for _, player in ipairs(with_ended) do
    if not player.ticket and not player.playing then redis.call('EXPIRE', player_key(player.id), ENDED_SECONDS) end
  end
end

-- Writes what is known of the player, as it is when the script ends.
local function save_player(player)
  write_thing(player, player_key, player_text)
  if player.ended then
    if not with_ended[1] then at_end(expire_players) end
    with_ended[#with_ended + 1] = player
  end
end
