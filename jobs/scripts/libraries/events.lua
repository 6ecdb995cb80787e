-- The event stream: one entry for the events of a script, or of 200 of them. Its number is that of its last event.
-- Uses: keys, numbers, clock, chain, run
-- Offers: emit, read_events
-- What an event takes in memory beside its detail, roughly.
local EVENT_BYTES = 200
-- `unpack` takes no more than some thousands.
local EVENTS_AN_ENTRY = 200

local emitted = {}

-- The field `bytes` counts all bytes there ever were up to and with the entry, so trimming finds its place by it.
local function write_events()
  local weight = 0
  for _, event in ipairs(emitted) do weight = weight + #event.detail + EVENT_BYTES end
  local bytes = redis.call('INCRBY', event_bytes_key(), weight) - weight
  local custom_data = {}
  local entries, entry = {}, nil
  for _, event in ipairs(emitted) do
    local configuration = event.configuration
    if custom_data[configuration] == nil then
      custom_data[configuration] = redis.call('HGET', configuration_key(configuration), 'custom-event-data')
    end
    bytes = bytes + #event.detail + EVENT_BYTES
    if not entry or entry.n == EVENTS_AN_ENTRY then
      entry = { 'bytes', '', 'now', whole(fleet_time()), 'time', whole(redis_time()), n = 0 }
      entries[#entries + 1] = entry
    end
    entry.n = entry.n + 1
    entry[2] = whole(bytes)
    local at = #entry
    entry[at + 1], entry[at + 2] = 'type', event.type
    entry[at + 3], entry[at + 4] = 'configuration', configuration
    entry[at + 5], entry[at + 6] = 'detail', event.detail
    entry[at + 7], entry[at + 8] = 'pool', event.pool or ''
    entry[at + 9], entry[at + 10] = 'custom', custom_data[configuration] or ''
  end
  append(events_key(), events_head_key(), entries)
end

-- `detail` is JSON. `pool` is absent for a ticket that has entered none.
local function emit(type, configuration, detail, pool)
  if #emitted == 0 then at_end(write_events) end
  emitted[#emitted + 1] = { type = type, configuration = configuration, detail = detail, pool = pool }
end

-- Entries after a position, about so many events, for somebody who has taken all up to it. Returns the position to read on
-- from, the entries after that, and the head. It is another position where the entries after the given one are missing: the
-- one before all that is kept.
local function read_events(position, most)
  local head, gap, entries = read_after(events_key(), events_head_key(), position, most)
  if gap then
    entries = redis.call('XRANGE', events_key(), '-', '+', 'COUNT', most)
    position = entries[1] and entries[1][2][2] or head
  end
  local page = {}
  for i, entry in ipairs(entries) do
    if i > 1 and id_number(entry[1]) - id_number(position) > most then break end
    page[i] = entry
  end
  return position, page, head
end
