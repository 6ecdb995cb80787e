-- The stream of tickets that have ended, in the order of their ends. The record is written from it, and by it they leave.
-- Uses: keys, numbers, clock, chain, run
-- Offers: note_ended
-- `unpack` takes no more than some thousands.
local ENDED_AN_ENTRY = 200

local ended = {}

-- An entry tells when, then ticket by ticket its id and, unless it is COMPLETED, how it ended.
local function write_ended()
  local entries, first = {}, { 'now', whole(fleet_time()), 'time', whole(redis_time()) }
  for _, one in ipairs(ended) do
    local entry = entry_for_one_more(entries, ENDED_AN_ENTRY, first)
    entry[#entry + 1] = 'ticket'
    entry[#entry + 1] = one.id
    if one.ending then
      entry[#entry + 1] = 'ending'
      entry[#entry + 1] = one.ending
    end
  end
  append(endings_key(), endings_head_key(), entries)
end

-- JSON: all that the record keeps of a ticket that is not COMPLETED. Its players are a text of their own: what clients have
-- chosen names no field.
local function ending_of(ticket)
  return cjson.encode({ status = ticket.status, reason = ticket.reason, message = ticket.message,
    configuration = ticket.configuration, start = tonumber(ticket.start), sequence = ticket.sequence, call = ticket.call,
    match = ticket.match, fills = ticket.fills, players = ticket.players or '[]' })
end

-- A ticket has its terminal status. The match of a COMPLETED one is on record.
local function note_ended(ticket)
  if #ended == 0 then at_end(write_ended) end
  ended[#ended + 1] = { id = ticket.id, ending = ticket.status ~= 'COMPLETED' and ending_of(ticket) or nil }
end
