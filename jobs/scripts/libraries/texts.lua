-- Things that Redis keeps as strings (tickets, players): a script reads each once, and writes each once, when it ends.
-- Uses: run
-- Offers: texts_of, write_thing, final_text
-- `unpack` takes no more than some thousands.
local KEYS_AT_ONCE = 1000

-- The strings of a list of keys; false for one that has none, or something else than a string.
local function texts_of(keys)
  if not keys[1] then return keys end
  if #keys <= KEYS_AT_ONCE then return redis.call('MGET', unpack(keys)) end
  local texts = {}
  for from = 1, #keys, KEYS_AT_ONCE do
    local some = redis.call('MGET', unpack(keys, from, math.min(from + KEYS_AT_ONCE - 1, #keys)))
    for i = 1, #some do texts[#texts + 1] = some[i] end
  end
  return texts
end

-- Each has its `id`, and false as its `encode` and `final` until these are known; and in the same order their keys.
local things, thing_keys = {}, {}

-- What will be written, nil where the key goes. Only for what runs when the script ends.
local function final_text(thing)
  thing.final = thing.final or thing.encode(thing)
  return thing.final
end

local function write_things()
  for from = 1, #things, KEYS_AT_ONCE do
    local keys_and_texts, gone, n = {}, {}, 0
    for at = from, math.min(from + KEYS_AT_ONCE - 1, #things) do
      local thing = things[at]
      local text = final_text(thing)
      if text then
        keys_and_texts[n + 1], keys_and_texts[n + 2], n = thing_keys[at], text, n + 2
      else
        gone[#gone + 1] = thing_keys[at]
      end
    end
    if n > 0 then redis.call('MSET', unpack(keys_and_texts)) end
    if gone[1] then redis.call('DEL', unpack(gone)) end
  end
end

-- Writes `encode(thing)` to `key_of(id)` when the script ends, so a thing may change again until then; where that is nil the key
-- goes. The key has no expiry any more.
local function write_thing(thing, key_of, encode)
  if thing.encode then return end
  if not things[1] then at_end(write_things) end
  local at = #things + 1
  things[at], thing_keys[at] = thing, key_of(thing.id)
  thing.encode = encode
end
