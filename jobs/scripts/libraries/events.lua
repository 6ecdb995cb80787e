-- The event stream: one entry for the events of a script, or for 200 of them. Its number is that of its last event. Of an
-- event stands what differs from the one before it in the entry, and last its detail.
-- Uses: keys, numbers, clock, chain, run
-- Offers: emit
-- What an event takes in memory beside its detail, roughly.
local EVENT_BYTES = 200
-- `unpack` takes no more than some thousands.
local EVENTS_AN_ENTRY = 200

-- Each has its fields, `length` of them, `n` events, its `weight` in bytes, and what was `said` last.
local event_entries = {}

-- The field `bytes` counts all bytes there ever were up to and with the entry, so trimming finds its place by it.
local function write_events()
  local weight = 0
  for _, entry in ipairs(event_entries) do weight = weight + entry.weight end
  local bytes = redis.call('INCRBY', event_bytes_key(), weight) - weight
  for _, entry in ipairs(event_entries) do
    bytes = bytes + entry.weight
    entry[2], entry[4], entry[6] = whole(bytes), whole(fleet_time()), whole(redis_time())
  end
  append(events_key(), events_head_key(), event_entries)
end

local function open_entry()
  if not event_entries[1] then at_end(write_events) end
  local entry = { 'bytes', '', 'now', '', 'time', '', length = 6, n = 0, weight = 0, said = {} }
  event_entries[#event_entries + 1] = entry
  return entry
end

local function say(entry, name, value)
  if entry.said[name] == value then return end
  entry.said[name] = value
  local at = entry.length
  entry[at + 1], entry[at + 2], entry.length = name, value, at + 2
end

-- `detail` is JSON. `pool` is absent for a ticket that has entered none.
local function emit(type, configuration, detail, pool)
  local entry = event_entries[#event_entries]
  if not entry or entry.n == EVENTS_AN_ENTRY then entry = open_entry() end
  local said = entry.said
  if said.type ~= type or said.configuration ~= configuration or said.pool ~= pool then
    if said.configuration ~= configuration then
      say(entry, 'custom', redis.call('HGET', configuration_key(configuration), 'custom-event-data') or '')
    end
    say(entry, 'type', type)
    say(entry, 'configuration', configuration)
    say(entry, 'pool', pool or '')
  end
  local at = entry.length
  entry[at + 1], entry[at + 2], entry.length = 'detail', detail, at + 2
  entry.n, entry.weight = entry.n + 1, entry.weight + #detail + EVENT_BYTES
end
