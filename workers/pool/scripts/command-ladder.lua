-- Puts an operator's command among a ladder's arrivals, once.
-- Uses: arguments, keys, arrivals
-- KEYS[1] hash tag
-- ARGV    ladder, command id, command (JSON)
-- Returns { verdict (JSON; empty while the rater has yet to say), 1 where the rater has to be woken (else 0) }
-- Clean-up: the record knows every command that changed something.
local VERDICT_SECONDS = 86400
local ladder, id, command = next_text(), next_text(), next_text()
local verdict = redis.call('GET', verdict_key(id))
if verdict then return { verdict, 0 } end
redis.call('SET', verdict_key(id), '', 'EX', VERDICT_SECONDS)
return { '', note_arrival(ladder, { 'command', id, 'body', command }) and 1 or 0 }
