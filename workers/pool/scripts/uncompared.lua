-- Tells whether this store has yet to be compared with the record.
-- Uses: numbers, clock, comparing
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    (nothing)
-- Returns one of
--   (empty)    it has been compared
--   <history>  the history of its server, which it has not been compared on; then since when it waits, in ms
local wait = read_waits()
return wait and { history(), whole(fleet_time() - wait.since) } or ''
