-- Streams whose readers can tell that they have missed something, also after a failover that lost entries and put others
-- in their place. An id is `<n>-<r>`: n grows, r is random, so that a lost id never comes again. An entry's first field,
-- `p`, is the id before it; the stream's head is the last id. Of an empty stream that is NO_ID.
-- Uses: numbers, clock
-- Offers: NO_ID, id_number, append, read_after, read_on
local NO_ID = '0-0'

local function id_number(id) return tonumber(string.match(id, '^%d+')) end

-- ARGV[1] is random. A connection that lost an answer sends a script again as it was, and by then the time is another.
local function random_part() return tonumber(ARGV[1]) * 1000000 + redis_microseconds() end

-- Appends entries: lists of names and values, each with `n`, by how much its number is higher than the one before. With
-- `most`, those whose numbers are lower by more than that are forgotten; else somebody else trims the stream.
local function append(stream, head_key, entries, most)
  local head = redis.call('GET', head_key) or NO_ID
  for _, entry in ipairs(entries) do
    local number = id_number(head) + entry.n
    local id = whole(number) .. '-' .. whole(random_part())
    if most then
      redis.call('XADD', stream, 'MINID', '~', whole(math.max(0, number - most)), id, 'p', head, unpack(entry))
    else
      redis.call('XADD', stream, id, 'p', head, unpack(entry))
    end
    head = id
  end
  redis.call('SET', head_key, head)
end

-- Returns the head, whether entries after `position` are missing, and the entries after it, as XRANGE gives them, at most
-- so many; with `span` those whose numbers are at most so much higher, where no entry has more than that.
local function read_after(stream, head_key, position, most, span)
  local head = redis.call('GET', head_key) or NO_ID
  if head == position then return head, false, {} end
  local last = span and whole(id_number(position) + span) or '+'
  local entries = redis.call('XRANGE', stream, '(' .. position, last, 'COUNT', most)
  return head, not entries[1] or entries[1][2][2] ~= position, entries
end

-- Entries after a position, whose numbers are at most so much higher, for somebody who has taken all up to it. Returns the
-- position to read on from, the entries after that, and the head. It is another position where the entries after the given
-- one are missing: the one before all that is kept.
local function read_on(stream, head_key, position, most)
  local head, gap, entries = read_after(stream, head_key, position, most)
  if gap then
    entries = redis.call('XRANGE', stream, '-', '+', 'COUNT', most)
    position = entries[1] and entries[1][2][2] or head
  end
  local page = {}
  for i, entry in ipairs(entries) do
    if i > 1 and id_number(entry[1]) - id_number(position) > most then break end
    page[i] = entry
  end
  return position, page, head
end
