-- The stream of tickets that have ended, in the order of their ends. The record is written from it, and by it they leave.
-- Uses: keys, numbers, clock, chain, run
-- Offers: note_ended
-- `unpack` takes no more than some thousands.
local ENDED_AN_ENTRY = 200

local ended_entries = {}

local function write_ended()
  append(endings_key(), endings_head_key(), ended_entries)
end

-- JSON: all that the record keeps of a ticket that is not COMPLETED. Its players are a text of their own: what clients have
-- chosen names no field.
local function ending_of(ticket, reason, message)
  return cjson.encode({ status = ticket.status, reason = reason, message = message,
    configuration = ticket.configuration, start = tonumber(ticket.start), sequence = ticket.sequence, call = ticket.call or nil,
    match = ticket.match or nil, fills = ticket.fills or nil, players = ticket.players or '[]' })
end

-- A ticket has its terminal status. The match of a COMPLETED one is on record. An entry tells when, then ticket by ticket its id
-- and, unless it is COMPLETED, how it ended.
local function note_ended(ticket, reason, message)
  local entry = ended_entries[#ended_entries]
  if not entry or entry.n == ENDED_AN_ENTRY then
    if not entry then at_end(write_ended) end
    entry = { 'now', whole(fleet_time()), 'time', whole(redis_time()), n = 0 }
    ended_entries[#ended_entries + 1] = entry
  end
  local at = #entry
  entry[at + 1], entry[at + 2], entry.n = 'ticket', ticket.id, entry.n + 1
  if ticket.status ~= 'COMPLETED' then entry[at + 3], entry[at + 4] = 'ending', ending_of(ticket, reason, message) end
end
