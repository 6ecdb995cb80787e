-- A ticket as Redis keeps it, and as events show it.
-- Uses: keys, texts, lines
-- Offers: read_tickets, read_ticket, new_ticket, save_ticket, members_of, has_member, undecided, ticket_view
-- A ticket's lines. What changes comes first: what follows is mostly written back as it was read.
-- jobs/matchmaking/stored-ticket.ts has the same names, and says what each is.
local HEAD = { 'status', 'revision', 'call', 'pool', 'match', 'since', 'size', 'fills', 'ended', 'reason', 'message', 'placement' }
local BODY = { 'id', 'configuration', 'sequence', 'start', 'deadline', 'automatic', 'unrated', 'trace', 'estimate', 'actor',
  'roster', 'players' }
local TICKET_NUMBERS = { revision = true, since = true, size = true, sequence = true, deadline = true }

local function set_of(names)
  local set = {}
  for _, name in ipairs(names) do set[name] = true end
  return set
end

local IN_BODY = set_of(BODY)

local function read_body(ticket)
  local text, from = ticket.text, ticket.body
  setmetatable(ticket, nil)
  ticket.text, ticket.body = nil, nil
  read_lines(ticket, BODY, TICKET_NUMBERS, text, from)
end

-- The body is read when somebody asks for a field of it, or sets one.
local UNREAD_BODY = {
  __index = function(ticket, name)
    if not IN_BODY[name] then return nil end
    read_body(ticket)
    return ticket[name]
  end,
  __newindex = function(ticket, name, value)
    if IN_BODY[name] then read_body(ticket) end
    rawset(ticket, name, value)
  end,
}

-- By id: each ticket that the script has read or made, false where there is none.
local tickets = {}

-- One command reads tickets that `read_ticket` is going to ask for.
local function read_tickets(ids)
  read_texts(ticket_key, ids)
end

-- nil when there is none. A script has one table for a ticket: what it changes of it every part of it sees.
local function read_ticket(id)
  if tickets[id] == nil then
    local text = text_of(ticket_key(id))
    local ticket = { id = id }
    ticket.text, ticket.body = text, text and read_lines(ticket, HEAD, TICKET_NUMBERS, text, 1)
    tickets[id] = ticket.body and setmetatable(ticket, UNREAD_BODY) or false
  end
  return tickets[id] or nil
end

-- As Redis will have it when the script ends.
local function ticket_text(ticket)
  local head = join_lines(ticket, HEAD)
  if rawget(ticket, 'body') then return head .. string.sub(ticket.text, ticket.body) end
  return head .. join_lines(ticket, BODY)
end

-- Writes the ticket, as it is when the script ends.
local function save_ticket(ticket)
  write_text(ticket_key(ticket.id), ticket, ticket_text)
end

-- `ticket`: its fields; one that is empty is absent.
local function new_ticket(ticket)
  for name, value in pairs(ticket) do
    if value == '' then ticket[name] = nil end
  end
  tickets[ticket.id] = ticket
  save_ticket(ticket)
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
