-- Has a follower that is new begin with what comes after this.
-- Uses: arguments, followers
-- KEYS[1] hash tag
-- ARGV    stream: events | endings, follower
-- Returns one of
--   1  it begins here
--   0  it is known, and stays where it is; nothing changed
return begin_at_latest(next_text(), next_text())
