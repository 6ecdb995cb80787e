-- Tells whether this server is another, or another run of it, than the one on which this store was last compared with the
-- record: it may have gone back in time.
-- Uses: arguments, keys
-- KEYS[1] hash tag
-- ARGV    the run that has been compared (empty: none; it is asked)
-- Returns one of
--   (empty)  it has been compared
--   <run>    its run, which has not
local compared = next_text()
if compared ~= '' then redis.call('SET', compared_run_key(), compared) end
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
return run == redis.call('GET', compared_run_key()) and '' or run
