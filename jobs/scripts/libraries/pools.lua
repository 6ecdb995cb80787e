-- Who searches in a pool, and the stream of changes by which workers keep their copy (mirror) of it.
-- Uses: keys, numbers, texts, chain, run
-- Offers: note_entered, join_pool, leave_pool
local CHANGES_KEPT = 20000
-- Changes in one entry, and members in one command: `unpack` takes no more than some thousands.
local CHANGES_AN_ENTRY = 1000
-- Pools come and go with the values that split them. An hour after a pool is empty its changes are forgotten: clean-up,
-- since a mirror that does not find its position reads the pool anew.
local EMPTY_POOL_SECONDS = 3600

-- By pool: its configuration, what happened in order, and per ticket its sequence, or false where it left.
local pools = {}

-- An entry has `entered <the ticket as stored>` and `left <ticket id>`, as often as that happened, in order.
local function entries_of(changes)
  local entries = {}
  for _, change in ipairs(changes) do
    local entry = entry_for_one_more(entries, CHANGES_AN_ENTRY, {})
    entry[2 * entry.n - 1] = change.entered and 'entered' or 'left'
    entry[2 * entry.n] = change.entered and final_text(ticket_key(change.entered)) or change.left
  end
  return entries
end

-- Calls a command of a key with a list of arguments, as many at once as may be.
local function call_with(command, key, list)
  for from = 1, #list, 2 * CHANGES_AN_ENTRY do
    redis.call(command, key, unpack(list, from, math.min(from + 2 * CHANGES_AN_ENTRY - 1, #list)))
  end
end

local function write_pools()
  for pool, now in pairs(pools) do
    local joined, left = {}, {}
    for id, sequence in pairs(now.tickets) do
      if sequence then
        joined[#joined + 1] = whole(sequence)
        joined[#joined + 1] = id
      else
        left[#left + 1] = id
      end
    end
    call_with('ZADD', pool_key(pool), joined)
    call_with('ZREM', pool_key(pool), left)
    if now.companions ~= 0 then redis.call('HINCRBY', companions_key(), pool, now.companions) end
    append(changes_key(pool), changes_head_key(pool), entries_of(now.changes), CHANGES_KEPT)
    if joined[1] then
      redis.call('SADD', pools_key(now.configuration), pool)
      redis.call('PERSIST', changes_key(pool))
      redis.call('PERSIST', changes_head_key(pool))
    elseif left[1] and redis.call('EXISTS', pool_key(pool)) == 0 then
      redis.call('SREM', pools_key(now.configuration), pool)
      redis.call('HDEL', companions_key(), pool)
      redis.call('EXPIRE', changes_key(pool), EMPTY_POOL_SECONDS)
      redis.call('EXPIRE', changes_head_key(pool), EMPTY_POOL_SECONDS)
    end
  end
end

local function pool_of(ticket)
  if next(pools) == nil then at_end(write_pools) end
  local pool = pools[ticket.pool]
  if not pool then
    pool = { configuration = string.match(ticket.pool, '^[^/]+'), changes = {}, tickets = {}, companions = 0 }
    pools[ticket.pool] = pool
  end
  return pool
end

-- Tells mirrors of a saved ticket that searches in its pool, as it is when the script ends.
local function note_entered(ticket)
  local changes = pool_of(ticket).changes
  changes[#changes + 1] = { entered = ticket.id }
end

-- Puts a ticket into its pool's queue, and the pool among those of its configuration. `note_entered` must follow.
local function join_pool(ticket)
  local pool = pool_of(ticket)
  pool.tickets[ticket.id] = ticket.sequence
  pool.companions = pool.companions + ticket.size - 1
end

-- Takes a ticket that searches out of its pool's queue.
local function leave_pool(ticket)
  local pool = pool_of(ticket)
  pool.tickets[ticket.id] = false
  pool.companions = pool.companions + 1 - ticket.size
  pool.changes[#pool.changes + 1] = { left = ticket.id }
end
