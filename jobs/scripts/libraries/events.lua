-- The event stream: one entry for the events of a script, or of 200 of them. Its number is that of its last event. Of an
-- event stands what differs from the one before it in the entry, and last its detail.
-- Uses: keys, numbers, clock, chain, run
-- Offers: emit
-- What an event takes in memory beside its detail, roughly.
local EVENT_BYTES = 200
-- `unpack` takes no more than some thousands.
local EVENTS_AN_ENTRY = 200

local emitted = {}

local function put_differing(entry, name, value)
  if entry.latest[name] == value then return end
  entry.latest[name] = value
  entry[#entry + 1] = name
  entry[#entry + 1] = value
end

-- The field `bytes` counts all bytes there ever were up to and with the entry, so trimming finds its place by it.
local function write_events()
  local weight = 0
  for _, event in ipairs(emitted) do weight = weight + #event.detail + EVENT_BYTES end
  local bytes = redis.call('INCRBY', event_bytes_key(), weight) - weight
  local custom_data = {}
  local entries, first = {}, { 'bytes', '', 'now', whole(fleet_time()), 'time', whole(redis_time()) }
  for _, event in ipairs(emitted) do
    local configuration = event.configuration
    if custom_data[configuration] == nil then
      custom_data[configuration] = redis.call('HGET', configuration_key(configuration), 'custom-event-data')
    end
    bytes = bytes + #event.detail + EVENT_BYTES
    local entry = entry_for_one_more(entries, EVENTS_AN_ENTRY, first)
    entry.latest = entry.latest or {}
    entry[2] = whole(bytes)
    put_differing(entry, 'type', event.type)
    put_differing(entry, 'configuration', configuration)
    put_differing(entry, 'pool', event.pool or '')
    put_differing(entry, 'custom', custom_data[configuration] or '')
    entry[#entry + 1] = 'detail'
    entry[#entry + 1] = event.detail
  end
  append(events_key(), events_head_key(), entries)
end

-- `detail` is JSON. `pool` is absent for a ticket that has entered none.
local function emit(type, configuration, detail, pool)
  if #emitted == 0 then at_end(write_events) end
  emitted[#emitted + 1] = { type = type, configuration = configuration, detail = detail, pool = pool }
end
