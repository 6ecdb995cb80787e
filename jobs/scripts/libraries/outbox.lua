-- Decided matches whose effect is not stored yet.
-- Uses: keys, numbers, clock, run
-- Offers: to_outbox, waiting_since, forget_outbox
-- What goes there: matches with their entries, with their jobs, with when they were decided; and when each is due.
local entries, carriers, moments, due_matches = {}, {}, {}, {}

local function write_outbox()
  redis.call('HSET', outbox_key(), unpack(entries))
  redis.call('HSET', outbox_job_key(), unpack(carriers))
  redis.call('HSET', outbox_at_key(), unpack(moments))
  redis.call('ZADD', outbox_due_key(), unpack(due_matches))
end

-- Unless it is settled within `patience` ms, the match is handed over again. A script puts at most some hundreds there.
local function to_outbox(match, job, entry, patience)
  if #entries == 0 then at_end(write_outbox) end
  local at = #entries
  entries[at + 1], entries[at + 2] = match, entry
  carriers[at + 1], carriers[at + 2] = match, job
  moments[at + 1], moments[at + 2] = match, whole(fleet_time())
  due_matches[at + 1], due_matches[at + 2] = whole(fleet_time() + patience), match
end

-- Which of these matches are there: per match when it was decided (fleet time), false where it is not.
local function waiting_since(matches)
  return redis.call('HMGET', outbox_at_key(), unpack(matches))
end

-- Settled matches, with all that is kept of them.
local function forget_outbox(matches)
  if not matches[1] then return end
  redis.call('HDEL', outbox_key(), unpack(matches))
  redis.call('HDEL', outbox_job_key(), unpack(matches))
  redis.call('HDEL', outbox_at_key(), unpack(matches))
  redis.call('HDEL', outbox_placement_key(), unpack(matches))
  redis.call('ZREM', outbox_due_key(), unpack(matches))
end
