-- Leaves a question about a ticket with its pool, for the next cycle to answer.
-- KEYS[1] hash tag, e.g. {main.matchmaking}
-- ARGV    pool, question (JSON), most questions that may wait, seconds until they are forgotten
-- Returns 1 it waits, 0 too many do
local questions = KEYS[1] .. ':questions:' .. ARGV[1]
if redis.call('LLEN', questions) >= tonumber(ARGV[3]) then return 0 end
redis.call('RPUSH', questions, ARGV[2])
redis.call('EXPIRE', questions, ARGV[4])
return 1
