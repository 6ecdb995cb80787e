-- Records results of matches for their ladders' raters. Each match ends.
-- Uses: arguments, keys, tickets, comparing, live-matches, membership, arrivals
-- Flags: allow-oom
-- KEYS[1] hash tag
-- ARGV    per result: match id, that of a match or of one that it went on from; result (JSON); its ladder where that is known
--         from the record (else empty)
-- Returns { ladders to wake, ...}, then per result one of
--   recorded  also when it was recorded before, and when the match is not live as far as the queue knows: the record decides
--   placing   its match is being placed; nothing changed
-- Throws UNCOMPARED while the record may know a match that goes on from one of them; nothing changed.
local to_wake, outcomes = {}, {}

-- A match that goes on as one that is being placed has its result for whichever of the two is played.
local function record(latest, result, ladder)
  if ladder == '' then ladder = ladder_of(latest) end
  local ending = finish_match(latest)
  if ending == 'placing' then return 'placing' end
  if ending == 'going-on' then
    redis.call('HSETNX', live_key(latest), 'result', result)
  elseif note_result(ladder, latest, result) then
    to_wake[#to_wake + 1] = ladder
  end
  return 'recorded'
end

local reports = {}
while has_more() do
  local match, result, ladder = next_texts(3)
  local latest = latest_match(match)
  local backfill = backfill_of(latest)
  local ticket = backfill and read_ticket(backfill)
  if ticket then await_comparison(ticket) end
  reports[#reports + 1] = { latest, result, ladder }
end
for i, report in ipairs(reports) do outcomes[i] = record(unpack(report)) end
return { to_wake, unpack(outcomes) }
