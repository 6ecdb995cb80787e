-- Keys with a string: a script reads each once, and writes each once, when it ends.
-- Uses: run
-- Offers: read_texts, text_of, write_text, final_text
-- `unpack` takes no more than some thousands.
local KEYS_AT_ONCE = 1000

-- By key: what Redis had, false where it had nothing.
local read_before = {}

-- One command reads many keys that `text_of` is going to ask for: of each of these ids the one that `key_of` names.
local function read_texts(key_of, ids)
  local wanted = {}
  for _, id in ipairs(ids) do
    local key = key_of(id)
    if read_before[key] == nil then
      wanted[#wanted + 1] = key
      read_before[key] = false
    end
  end
  for from = 1, #wanted, KEYS_AT_ONCE do
    local to = math.min(from + KEYS_AT_ONCE - 1, #wanted)
    local values = redis.call('MGET', unpack(wanted, from, to))
    for at = from, to do read_before[wanted[at]] = values[at - from + 1] end
  end
end

-- What Redis had when the script began; false where it had nothing, or something else than a string.
local function text_of(key)
  if read_before[key] == nil then read_before[key] = redis.call('MGET', key)[1] end
  return read_before[key]
end

-- The keys to write, in order. By key: the thing to write, the function that makes text of it, and that text.
local to_write, things, encoders, final = {}, {}, {}, {}

-- What will be written to a key, nil where it goes. Only for what runs when the script ends.
local function final_text(key)
  if final[key] == nil then final[key] = encoders[key](things[key]) or false end
  return final[key] or nil
end

local function write_texts()
  for from = 1, #to_write, KEYS_AT_ONCE do
    local keys_and_texts, gone = {}, {}
    for at = from, math.min(from + KEYS_AT_ONCE - 1, #to_write) do
      local key = to_write[at]
      local text = final_text(key)
      if text then
        keys_and_texts[#keys_and_texts + 1] = key
        keys_and_texts[#keys_and_texts + 1] = text
      else
        gone[#gone + 1] = key
      end
    end
    if #keys_and_texts > 0 then redis.call('MSET', unpack(keys_and_texts)) end
    if #gone > 0 then redis.call('DEL', unpack(gone)) end
  end
end

-- Writes `encode(thing)` when the script ends, so a thing may change again until then; where that is nil the key goes. The key has
-- no expiry any more.
local function write_text(key, thing, encode)
  if #to_write == 0 then at_end(write_texts) end
  if not things[key] then to_write[#to_write + 1] = key end
  things[key], encoders[key] = thing, encode
end
