-- Streams whose readers can tell that they have missed something, also after a failover that lost entries and put others
-- in their place. An id is `<n>-<r>`: n grows, r is random, so that a lost id never comes again. An entry's first field,
-- `p`, is the id before it; the stream's head is the last id. Of an empty stream that is NO_ID.
-- Uses: numbers, clock
-- Offers: NO_ID, id_number, append, read_after
local NO_ID = '0-0'

local function id_number(id)
  return tonumber(string.match(id, '^%d+'))
end

-- ARGV[1] is random. A connection that lost an answer sends a script again as it was, and by then the time is another.
local function random_part()
  return tonumber(ARGV[1]) * 1000000 + redis_microseconds()
end

-- Appends entries: lists of names and values, each with `n`, by how much its number is higher than the one before (1). A
-- stream without `most` entries is trimmed by somebody else.
local function append(stream, head_key, entries, most)
  local head = redis.call('GET', head_key) or NO_ID
  for _, entry in ipairs(entries) do
    local id = whole(id_number(head) + (entry.n or 1)) .. '-' .. whole(random_part())
    if most then
      redis.call('XADD', stream, 'MAXLEN', '~', most, id, 'p', head, unpack(entry))
    else
      redis.call('XADD', stream, id, 'p', head, unpack(entry))
    end
    head = id
  end
  redis.call('SET', head_key, head)
end

-- Returns the head, whether entries after `position` are missing, and the entries after it, as XRANGE gives them, at most
-- so many.
local function read_after(stream, head_key, position, most)
  local head = redis.call('GET', head_key) or NO_ID
  if head == position then return head, false, {} end
  local entries = redis.call('XRANGE', stream, '(' .. position, '+', 'COUNT', most)
  return head, not entries[1] or entries[1][2][2] ~= position, entries
end
