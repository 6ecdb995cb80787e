-- Whether this store may lack what callers and the record were told: its server has started, or has taken over from another, and
-- what it holds has not been compared with the record since (workers/maintenance/compare.ts). Until then nothing is decided about
-- tickets from before. Calls about others go on.
-- Uses: keys, numbers, clock, tickets
-- Offers: history, read_waits, is_uncompared, ends_wait, must_wait, await_comparison, read_recorded
-- With the record away nothing can be compared. After this long (ms) tickets end again: nobody waits for ever. Matches go on waiting, for
-- without the record none can start.
local PATIENCE_MS = 60000

-- The server's replication id: another one whenever it starts or takes over, so whenever what it holds may be older than what
-- has been told. A server that tells none never changes.
local function history()
  return string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)') or 'untold'
end

-- nil: not looked yet; false: it has been compared; else since when it waits, and the last ticket sequence number then.
local waits

-- Whoever sees first that the store is to be compared notes when that was.
local function read_waits()
  if waits ~= nil then return waits end
  local own = history()
  waits = false
  if redis.call('GET', compared_key()) == own then return waits end
  local noted, since, sequence = string.match(redis.call('GET', uncompared_key()) or '', '^(%w+) (%d+) (%d+)$')
  if noted ~= own then
    since, sequence = whole(fleet_time()), redis.call('GET', sequence_key()) or '0'
    redis.call('SET', uncompared_key(), own .. ' ' .. since .. ' ' .. sequence)
  end
  waits = { since = tonumber(since), sequence = tonumber(sequence) }
  return waits
end

local function is_uncompared()
  return read_waits() ~= false
end

-- Whether nobody may end any ticket from before.
local function ends_wait()
  local wait = read_waits()
  return wait and fleet_time() - wait.since < PATIENCE_MS
end

-- Whether nobody may end this ticket yet: the record may know another end of it.
local function must_wait(ticket)
  return ends_wait() and ticket.sequence <= waits.sequence
end

-- Throws where that is so. For calls, before they write: they change nothing.
local function await_comparison(ticket)
  if must_wait(ticket) then
    error({ err = 'UNCOMPARED the queue store has just started or taken over and is being compared with the record' })
  end
end

-- The ticket that the record knows under this id; nil where there is none. An id may have been used again; a start that the store has
-- lost may have been repeated by the same call. What nobody called for AUTOMATIC opens, under an id that no other match has.
local function read_recorded(id, sequence, call)
  local ticket = read_ticket(id)
  local is_same = ticket and (ticket.sequence == sequence or (ticket.call or '') == call)
  return is_same and ticket or nil
end
