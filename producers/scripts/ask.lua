-- Leaves a question about a ticket with its pool, for the next cycle to answer.
-- Uses: arguments, keys
-- KEYS[1] hash tag, e.g. {main.matchmaking}
-- ARGV    pool, question (JSON), most questions that may wait, seconds until they are forgotten
-- Returns { number of questions that waited before: with as many as may, this one was not left }
local pool, question, most_waiting, seconds = next_text(), next_text(), next_number(), next_text()
local waiting = redis.call('LLEN', questions_key(pool))
if waiting < most_waiting then
  redis.call('RPUSH', questions_key(pool), question)
  -- Clean-up: by then nobody waits for an answer.
  redis.call('EXPIRE', questions_key(pool), seconds)
end
return { waiting }
