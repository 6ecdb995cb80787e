-- What time alone has made due: proposals whose time to accept is over are dropped; pools to wake and matches to hand
-- over again are given to one caller each, and are due again later, should that caller die.
-- Uses: arguments, keys, numbers, clock, comparing, proposals, due
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    most of each, ms until a pool is due again, ms until a match is
-- Returns { fleet time, pools, flat list of: fleet time when it was decided, job id, outbox entry, 1 where the store has not been
--         compared with the record yet (else 0) }
local most, pool_patience, match_patience = next_text(), next_number(), next_number()
local now = fleet_time()

local function overdue(key)
  return redis.call('ZRANGEBYSCORE', key, '-inf', whole(now), 'LIMIT', 0, most)
end

-- One of before a failover may have been accepted since.
if not ends_wait() then
  for _, match in ipairs(overdue(proposals_key())) do drop_proposal(match, 'TimedOut', false) end
end
-- Pools whose proposals were just dropped are due now, not at the next beat.
write_due()
local pools = overdue(due_key())
for _, pool in ipairs(pools) do redis.call('ZADD', due_key(), whole(now + pool_patience), pool) end
local matches = {}
for _, match in ipairs(overdue(outbox_due_key())) do
  redis.call('ZADD', outbox_due_key(), whole(now + match_patience), match)
  local at = #matches
  matches[at + 1] = redis.call('HGET', outbox_at_key(), match)
  matches[at + 2] = redis.call('HGET', outbox_job_key(), match)
  matches[at + 3] = redis.call('HGET', outbox_key(), match)
end
return { whole(now), pools, matches, is_uncompared() and 1 or 0 }
