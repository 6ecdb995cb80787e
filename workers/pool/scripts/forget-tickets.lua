-- Forgets tickets that ended long enough ago and are on record, the oldest ends first: from then on the record tells of
-- them. One that the record refuses stays until the record would have dropped it.
-- Uses: arguments, keys, numbers, clock, chain, tickets, players
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    the follower that records endings, how long (ms) an ended ticket stays at least, how long (ms) one that the
--         record refuses, most tickets (one entry of the stream more at most): Redis does nothing else meanwhile
-- Returns { number of tickets forgotten, 1 when there are more to forget, else 0 }
local ENTRIES_AT_ONCE = 20
local follower, readable, refused_readable, most = next_text(), next_number(), next_number(), next_number()
local recorded = id_number(redis.call('HGET', follower_key(follower), 'position') or NO_ID)
local ended_before = fleet_time() - readable
local names = {}

local function forget_newest(ticket)
  for _, member in ipairs(members_of(ticket)) do
    local player = read_player(member.playerId)
    if player.ticket == ticket.id then
      player.ticket = nil
      save_player(player)
    end
  end
end

local function forget(id)
  local ticket = read_ticket(id)
  if not ticket or undecided(ticket.status) or ticket.status == 'PLACING' then return end
  if redis.call('ZSCORE', unrecorded_key(), id) then return end
  forget_newest(ticket)
  names[#names + 1] = ticket_key(id)
end

local function forget_all(fields)
  local ids = {}
  for at = 1, #fields, 2 do
    if fields[at] == 'ticket' then ids[#ids + 1] = fields[at + 1] end
  end
  read_tickets(ids)
  for _, id in ipairs(ids) do forget(id) end
end

-- Entries are as `ended` writes them: the 4th value is the fleet time.
local function may_go(entry)
  return id_number(entry[1]) <= recorded and tonumber(entry[2][4]) <= ended_before
end

local last, more = nil, 0
repeat
  local entries = redis.call('XRANGE', endings_key(), last and '(' .. last or '-', '+', 'COUNT', ENTRIES_AT_ONCE)
  for _, entry in ipairs(entries) do
    if not may_go(entry) then break end
    if #names >= most then
      more = 1
      break
    end
    forget_all(entry[2])
    last = entry[1]
  end
until not entries[1] or last ~= entries[#entries][1]
if last then redis.call('XTRIM', endings_key(), 'MINID', whole(id_number(last) + 1) .. '-0') end

local refused = redis.call('ZRANGEBYSCORE', unrecorded_key(), '-inf', whole(fleet_time() - refused_readable), 'LIMIT', 0, most)
for _, id in ipairs(refused) do
  names[#names + 1] = ticket_key(id)
  redis.call('ZREM', unrecorded_key(), id)
end
if #names > 0 then redis.call('UNLINK', unpack(names)) end
return { #names, more }
