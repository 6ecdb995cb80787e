-- Who searches in a pool, and the stream of changes by which workers keep their copy (mirror) of it.
-- Uses: keys, texts, chain, run
-- Offers: note_entered, join_pool, leave_pool
local CHANGES_KEPT = 20000
-- Changes in one entry, and members in one command: `unpack` takes no more than some thousands.
local CHANGES_AN_ENTRY = 1000
-- Pools come and go with the values that split them. An hour after a pool is empty its changes are forgotten: clean-up,
-- since a mirror that does not find its position reads the pool anew.
local EMPTY_POOL_SECONDS = 3600

-- By pool: its configuration; sequences and tickets that joined its queue, and tickets that left it; and what happened, in
-- order: `entered` and the ticket, `left` and its id.
local pools = {}

-- Calls a command of a key with a list of arguments, as many at once as may be.
local function call_with(command, key, list)
  for from = 1, #list, 2 * CHANGES_AN_ENTRY do
    redis.call(command, key, unpack(list, from, math.min(from + 2 * CHANGES_AN_ENTRY - 1, #list)))
  end
end

-- The mirrors get each ticket as it is stored when the script ends.
local function append_changes(pool, changes)
  local entries = {}
  for at = 2, #changes, 2 do
    if changes[at - 1] == 'entered' then changes[at] = final_text(changes[at]) end
  end
  for from = 1, #changes, 2 * CHANGES_AN_ENTRY do
    local to = math.min(from + 2 * CHANGES_AN_ENTRY - 1, #changes)
    entries[#entries + 1] = { n = (to - from + 1) / 2, unpack(changes, from, to) }
  end
  append(changes_key(pool), changes_head_key(pool), entries, CHANGES_KEPT)
end

local function write_pools()
  for pool, now in pairs(pools) do
    call_with('ZADD', pool_key(pool), now.joined)
    local was_empty = now.joined[1] and redis.call('ZCARD', pool_key(pool)) == #now.joined / 2
    -- A ticket that did both left last.
    call_with('ZREM', pool_key(pool), now.left)
    if now.companions ~= 0 then redis.call('HINCRBY', companions_key(), pool, now.companions) end
    append_changes(pool, now.changes)
    if was_empty then
      redis.call('SADD', pools_key(now.configuration), pool)
      redis.call('PERSIST', changes_key(pool))
      redis.call('PERSIST', changes_head_key(pool))
    end
    if now.left[1] and redis.call('EXISTS', pool_key(pool)) == 0 then
      redis.call('SREM', pools_key(now.configuration), pool)
      redis.call('HDEL', companions_key(), pool)
      redis.call('EXPIRE', changes_key(pool), EMPTY_POOL_SECONDS)
      redis.call('EXPIRE', changes_head_key(pool), EMPTY_POOL_SECONDS)
    end
  end
end

local function open_pool(name)
  if next(pools) == nil then at_end(write_pools) end
  local pool = { configuration = string.match(name, '^[^/]+'), joined = {}, left = {}, changes = {}, companions = 0 }
  pools[name] = pool
  return pool
end

-- Tells mirrors of a saved ticket that searches in its pool, as it is when the script ends.
local function note_entered(ticket)
  local changes = (pools[ticket.pool] or open_pool(ticket.pool)).changes
  local at = #changes
  changes[at + 1], changes[at + 2] = 'entered', ticket
end

-- Puts a ticket into its pool's queue, and the pool among those of its configuration. `note_entered` must follow.
local function join_pool(ticket)
  local pool = pools[ticket.pool] or open_pool(ticket.pool)
  local joined = pool.joined
  local at = #joined
  joined[at + 1], joined[at + 2] = ticket.sequence, ticket.id
  pool.companions = pool.companions + ticket.size - 1
end

-- Takes a ticket that searches out of its pool's queue: it must not join it again in the same script.
local function leave_pool(ticket)
  local pool = pools[ticket.pool] or open_pool(ticket.pool)
  pool.left[#pool.left + 1] = ticket.id
  pool.companions = pool.companions + 1 - ticket.size
  local at = #pool.changes
  pool.changes[at + 1], pool.changes[at + 2] = 'left', ticket.id
end
