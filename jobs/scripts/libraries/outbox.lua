-- Decided matches whose effect is not stored yet.
-- Uses: keys, numbers, clock
-- Offers: to_outbox, forget_outbox
-- Unless it is settled within `patience` ms, the match is handed over again.
local function to_outbox(match, job, entry, patience)
  redis.call('HSET', outbox_key(), match, entry)
  redis.call('HSET', outbox_job_key(), match, job)
  redis.call('HSET', outbox_at_key(), match, whole(fleet_time()))
  redis.call('ZADD', outbox_due_key(), whole(fleet_time() + patience), match)
end

-- What is kept of settled matches beside their entries, which the caller has removed.
local function forget_outbox(matches)
  if #matches == 0 then return end
  redis.call('HDEL', outbox_job_key(), unpack(matches))
  redis.call('HDEL', outbox_at_key(), unpack(matches))
  redis.call('HDEL', outbox_placement_key(), unpack(matches))
  redis.call('ZREM', outbox_due_key(), unpack(matches))
end
