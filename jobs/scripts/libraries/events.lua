-- The event stream. Events are numbered without a gap, so a reader sees when trimming has overtaken it.
-- Uses: keys, numbers, clock, run
-- Offers: emit
-- What an event takes in memory beside its detail, roughly.
local ENTRY_BYTES = 200

local emitted = {}

-- All events of the script at once. The field `bytes` counts all bytes there ever were, so trimming finds its place by it.
local function write_events()
  local weight = 0
  for _, event in ipairs(emitted) do weight = weight + #event.detail + ENTRY_BYTES end
  local number = redis.call('INCRBY', event_number_key(), #emitted) - #emitted
  local bytes = redis.call('INCRBY', event_bytes_key(), weight) - weight
  local custom_data = {}
  for i, event in ipairs(emitted) do
    local configuration = event.configuration
    if custom_data[configuration] == nil then
      custom_data[configuration] = redis.call('HGET', configuration_key(configuration), 'custom-event-data')
    end
    bytes = bytes + #event.detail + ENTRY_BYTES
    local entry = { 'type', event.type, 'time', whole(redis_time()), 'configuration', configuration,
      'detail', event.detail, 'bytes', whole(bytes), 'now', whole(fleet_time()) }
    if event.pool then
      entry[#entry + 1] = 'pool'
      entry[#entry + 1] = event.pool
    end
    if custom_data[configuration] then
      entry[#entry + 1] = 'custom'
      entry[#entry + 1] = custom_data[configuration]
    end
    redis.call('XADD', events_key(), whole(number + i) .. '-0', unpack(entry))
  end
end

-- `detail` is JSON. `pool` is absent for a ticket that has entered none.
local function emit(type, configuration, detail, pool)
  if #emitted == 0 then at_end(write_events) end
  emitted[#emitted + 1] = { type = type, configuration = configuration, detail = detail, pool = pool }
end
