-- Followers: whoever takes every entry of a chained stream once and in order. Streams are told by name: events | endings.
-- Uses: keys, numbers, clock, chain
-- Offers: followed, begin_at_latest
-- Returns a stream and its head.
local function followed(name)
  if name == 'endings' then return endings_key(), endings_head_key() end
  return events_key(), events_head_key()
end

-- From now on a follower that is new misses nothing, however long it is until it reads. Returns 1 where it is new, else 0.
local function begin_at_latest(name, follower)
  local _, head_key = followed(name)
  local head = redis.call('GET', head_key) or NO_ID
  if redis.call('HSETNX', follower_key(follower), 'position', head) == 0 then return 0 end
  redis.call('ZADD', followers_key(), whole(fleet_time()), follower)
  return 1
end
