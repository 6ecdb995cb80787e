-- Reads the next command of a chain after the last one that the record has.
-- Uses: arguments, keys, chain
-- KEYS[1] hash tag
-- ARGV    chain, position of that one
-- Returns { state, entry id, command id, envelope (JSON) }, state one of
--   next  with the others
--   none  it was the last
--   gap   this store and the record do not go together: one of them went back in time, or a worker died between both
local chain, position = next_text(), next_text()
local applied = redis.call('HMGET', commands_applied_key(chain), 'position', 'restoring')
if applied[2] or (applied[1] or NO_ID) ~= position then return { 'gap' } end
local page = { read_after(commands_key(chain), commands_head_key(chain), position, 1) }
local gap, entry = page[2], page[3][1]
if gap then return { 'gap' } end
if not entry then return { 'none' } end
return { 'next', entry[1], entry[2][4], entry[2][6] }
