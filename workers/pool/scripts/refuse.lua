-- Fails tickets that were reserved but cannot enter a pool.
-- KEYS[1] hash tag
-- ARGV    per ticket: ticket id, reason (one word), message
-- Returns per ticket one of
--   FAILED    it is now
--   <STATUS>  it was not QUEUED any more; nothing changed
--   missing   no such ticket; nothing changed
local time = read_clock()
local results = {}
for i = 1, #ARGV, 3 do
  local ticket = read_ticket(ARGV[i])
  if not ticket then
    results[#results + 1] = 'missing'
  elseif ticket.status ~= 'QUEUED' then
    results[#results + 1] = ticket.status
  else
    finish(ticket, 'FAILED', 'MatchmakingFailed', ARGV[i + 1], ARGV[i + 2], time)
    results[#results + 1] = 'FAILED'
  end
end
return results
