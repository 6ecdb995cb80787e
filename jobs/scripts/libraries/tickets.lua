-- A ticket as Redis keeps it, and as events show it.
-- Uses: keys, numbers, texts, lines
-- Offers: read_tickets, read_ticket, new_ticket, save_ticket, ending_lines, end_with, members_of, has_member, undecided, ticket_view
-- A ticket's lines. What changes comes first, and the rest is written back as it was read.
-- jobs/ticket/stored-ticket.ts has the same names, and says what each is.
local HEAD = { 'status', 'revision', 'call', 'pool', 'match', 'since', 'size', 'fills' }
local ENDING = { 'ended', 'reason', 'message', 'placement' }
local BODY = { 'sequence', 'start', 'deadline', 'id', 'configuration', 'automatic', 'unrated', 'trace', 'estimate', 'actor',
  'roster', 'players' }
local HEAD_LINES = '^' .. string.rep(LINE, #HEAD) .. '()'
local ENDING_LINES = '^(' .. string.rep('[^\n]*\n', #ENDING) .. ')()'
local BODY_LINES = '^' .. string.rep(LINE, #BODY)
local BODY_NUMBERS = { sequence = true, deadline = true }

local function is_in_body(name)
  for _, each in ipairs(BODY) do
    if each == name then return true end
  end
  return false
end

local function read_body(ticket)
  local ending, body = string.match(ticket.text, ENDING_LINES, ticket.rest)
  setmetatable(ticket, nil)
  for i, value in ipairs({ from_lines(ticket.text, BODY_LINES, body) }) do
    if value ~= '' then ticket[BODY[i]] = BODY_NUMBERS[BODY[i]] and tonumber(value) or value end
  end
  ticket.text, ticket.ending = nil, ending
end

-- The body is read when somebody asks for a field of it, or sets one.
local UNREAD_BODY = {
  __index = function(ticket, name)
    if not is_in_body(name) then return nil end
    read_body(ticket)
    return ticket[name]
  end,
  __newindex = function(ticket, name, value)
    if is_in_body(name) then read_body(ticket) end
    rawset(ticket, name, value)
  end,
}

-- By id: each ticket that the script has read or made, false where there is none. A script has one table for a ticket: what it
-- changes of it every part of it sees.
local tickets = {}

-- nil for a text that is no ticket.
local function parse_ticket(id, text)
  local status, revision, call, pool, match, since, size, fills, rest = from_lines(text, HEAD_LINES, 1)
  revision, size = tonumber(revision), tonumber(size)
  if not (rest and revision and size) then return nil end
  return setmetatable({ id = id, status = status, revision = revision, call = call ~= '' and call, pool = pool,
    match = match ~= '' and match, since = since, size = size, fills = fills ~= '' and fills, text = text, rest = rest,
    encode = false, final = false }, UNREAD_BODY)
end

-- One command reads many tickets. Returns them in the order of their ids, false where there is none.
local function read_tickets(ids)
  local unread, keys = {}, {}
  for i = 1, #ids do
    local id = ids[i]
    if tickets[id] == nil then
      tickets[id] = false
      unread[#unread + 1], keys[#keys + 1] = id, ticket_key(id)
    end
  end
  for i, text in ipairs(texts_of(keys)) do
    if text then tickets[unread[i]] = parse_ticket(unread[i], text) or false end
  end
  local found = {}
  for i = 1, #ids do found[i] = tickets[ids[i]] end
  return found
end

-- nil when there is none.
local function read_ticket(id)
  if tickets[id] == nil then read_tickets({ id }) end
  return tickets[id] or nil
end

-- All lines behind the head.
local function rest_of(ticket)
  local text = rawget(ticket, 'text')
  if text then return string.sub(text, ticket.rest) end
  local texts = {}
  for i, name in ipairs(BODY) do
    local value = ticket[name]
    texts[i] = type(value) == 'number' and whole(value) or value or ''
  end
  return ticket.ending .. in_lines(texts)
end

-- As Redis will have it when the script ends.
local function ticket_text(ticket)
  local call, pool, match, fills = ticket.call or '', ticket.pool, ticket.match or '', ticket.fills or ''
  if not is_plain(call .. pool .. match .. fills) then
    call, pool, match, fills = escape(call), escape(pool), escape(match), escape(fills)
  end
  return ticket.status .. '\n' .. ticket.revision .. '\n' .. call .. '\n' .. pool .. '\n' .. match .. '\n' .. ticket.since ..
    '\n' .. ticket.size .. '\n' .. fills .. '\n' .. rest_of(ticket)
end

-- Why a ticket ended, or searches again: when (empty: it has not ended), a word, a sentence, and where its match is played; each
-- may be empty. For `end_with`.
local function ending_lines(ended, reason, message, placement)
  return in_lines({ ended, reason, message, placement })
end

local function end_with(ticket, ending)
  local text = rawget(ticket, 'text')
  if not text then
    ticket.ending = ending
  else
    local _, body = string.match(text, ENDING_LINES, ticket.rest)
    ticket.text, ticket.rest = ending .. string.sub(text, body), 1
  end
end

-- Writes the ticket, as it is when the script ends.
local function save_ticket(ticket)
  write_thing(ticket, ticket_key, ticket_text)
end

-- A ticket that is not stored yet and searches nowhere yet. `since`: now, in text. `lines`: its text from `start` on; `fills` is
-- false but for a backfill ticket.
local function new_ticket(id, configuration, call, sequence, since, size, fills, lines)
  local ticket = setmetatable({ id = id, configuration = configuration, status = false, revision = 0, call = call, pool = false,
    match = false, since = since, size = size, fills = fills, text = '\n\n\n\n' .. sequence .. '\n' .. lines, rest = 1,
    sequence = sequence, encode = false, final = false }, UNREAD_BODY)
  tickets[id] = ticket
  return ticket
end

-- A list of { playerId, team (of a backfill ticket) }; empty where a producer wrote what is no list.
local function members_of(ticket)
  if not ticket.members then
    local is_json, members = pcall(cjson.decode, ticket.roster)
    ticket.members = is_json and type(members) == 'table' and members or {}
  end
  return ticket.members
end

local function has_member(ticket, player_id)
  for _, member in ipairs(members_of(ticket)) do
    if member.playerId == player_id then return true end
  end
  return false
end

local function undecided(status)
  return status == 'SEARCHING' or status == 'REQUIRES_ACCEPTANCE'
end

-- JSON. `roster` is JSON too.
local function ticket_view(id, start, roster)
  return '{"ticketId":' .. cjson.encode(id) .. ',"startTime":' .. start .. ',"players":' .. roster .. '}'
end
