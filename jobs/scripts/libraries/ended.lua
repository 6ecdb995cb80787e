-- The stream of tickets that have ended, in the order of their ends. The record is written from it, and by it they leave.
-- Uses: keys, numbers, clock, chain, run
-- Offers: note_ended, ending_of
-- `unpack` takes no more than some thousands.
local ENDED_AN_ENTRY = 200

local ended = {}

-- An entry tells when, then ticket by ticket its id and, unless it is COMPLETED, how it ended.
local function write_ended()
  local entries, entry = {}, nil
  for _, one in ipairs(ended) do
    if not entry or entry.n == ENDED_AN_ENTRY then
      entry = { 'now', whole(fleet_time()), 'time', whole(redis_time()), n = 0 }
      entries[#entries + 1] = entry
    end
    entry.n = entry.n + 1
    entry[#entry + 1] = 'ticket'
    entry[#entry + 1] = one.id
    if one.ending then
      entry[#entry + 1] = 'ending'
      entry[#entry + 1] = one.ending
    end
  end
  append(endings_key(), endings_head_key(), entries)
end

-- `ending` is JSON, nil for a ticket whose match is on record.
local function note_ended(id, ending)
  if #ended == 0 then at_end(write_ended) end
  ended[#ended + 1] = { id = id, ending = ending }
end

-- All that the record keeps of a ticket that is not COMPLETED. Its players are a text of their own: what clients have chosen
-- names no field.
local function ending_of(ticket, status, reason, message)
  return cjson.encode({ status = status, reason = reason, message = message, configuration = ticket.configuration,
    start = tonumber(ticket.start), sequence = ticket.sequence, call = ticket.call, match = ticket.match or nil,
    fills = ticket.fills, players = ticket.players or '[]' })
end
