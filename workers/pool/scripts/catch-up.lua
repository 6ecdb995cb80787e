-- What a mirror needs for its next cycle: both times, the installed version, whether an operator paused it, how
-- many questions about its tickets wait, and the changes since its position.
-- Uses: arguments, keys, numbers, clock, comparing, chain, lag
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    pool, configuration, position (id of the last change seen), most changes wanted, 1 when a cycle begins (else 0),
--         1 when it has the whole pool (else 0); both empty: for no cycle
-- Returns { fleet time, Redis time, id of the latest change, 1 when changes after the position are missing (else 0),
--         installed version or 0, ms since when the configuration is paused (empty: it is not), number of questions,
--         changes as XRANGE gives them; where a cycle begins the number of tickets started since the last one did, and the
--         matches accepted since: flat list of match id, job id, fleet time of the decision; 1 for a cycle where the store has
--         not been compared with the record yet (else 0) }
-- The next cycle takes the others.
local ACCEPTED_AT_ONCE = 200
-- An entry has no more changes (`pools`).
local LARGEST_ENTRY = 1000
local pool, configuration, position, most = next_text(), next_text(), next_text(), next_text()
local begins, whole_pool = next_text(), next_text()
local latest, gap, changes = read_after(changes_key(pool), changes_head_key(pool), position, most, most + LARGEST_ENTRY)
local arrived, accepted = false, {}
if begins == '1' then
  arrived = redis.call('HGET', arrived_key(), pool)
  redis.call('HDEL', arrived_key(), pool)
  for _, match in ipairs(redis.call('LRANGE', accepted_key(pool), 0, ACCEPTED_AT_ONCE - 1)) do
    local decided, job = redis.call('HGET', outbox_at_key(), match), redis.call('HGET', outbox_job_key(), match)
    if decided then
      for _, value in ipairs({ match, job, decided }) do accepted[#accepted + 1] = value end
    end
  end
  redis.call('LTRIM', accepted_key(pool), ACCEPTED_AT_ONCE, -1)
end
local installed = redis.call('HMGET', configuration_key(configuration), 'version', 'paused')
if begins ~= '' then
  note_cycle(pool, begins, whole_pool)
  check_lag(pool, configuration)
end
return { whole(fleet_time()), whole(redis_time()), latest, gap and 1 or 0, installed[1] or '0', installed[2] or '',
  redis.call('LLEN', questions_key(pool)), changes, arrived, accepted, begins ~= '' and is_uncompared() and 1 or 0 }
