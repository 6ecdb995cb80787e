-- Reads on in the event stream for a reader that keeps its own position.
-- Uses: arguments, keys, chain
-- KEYS[1] hash tag, e.g. {main.matchmaking}
-- ARGV    position: id of the last entry of which it has all events; most events
-- Returns { the position it reads on from, entries as XRANGE gives them }. That is another position where entries after
--         its own are missing: the one before all that is kept.
local position, most = next_text(), next_number()
local from, entries = read_on(events_key(), events_head_key(), position, most)
return { from, entries }
