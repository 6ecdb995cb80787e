-- Leaves a question about a ticket with its pool, for the next cycle to answer.
-- KEYS[1] hash tag, e.g. {main.matchmaking}
-- ARGV    pool, question (JSON), most questions that may wait, seconds until they are forgotten
-- Returns { number of questions that waited before: with as many as may, this one was not left }
local questions = KEYS[1] .. ':questions:' .. ARGV[1]
local waiting = redis.call('LLEN', questions)
if waiting >= tonumber(ARGV[3]) then return { waiting } end
redis.call('RPUSH', questions, ARGV[2])
redis.call('EXPIRE', questions, ARGV[4])
return { waiting }
