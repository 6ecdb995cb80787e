-- Keeps a result that cannot be one, for operators: the last 1,000.
-- Uses: arguments, keys
-- KEYS[1] hash tag
-- ARGV    ladder, match id, result (JSON), reason
-- Returns { id of the entry }
local KEPT = 1000
local ladder, match, result, reason = next_text(), next_text(), next_text(), next_text()
return { redis.call('XADD', refused_results_key(), 'MAXLEN', '~', KEPT, '*', 'ladder', ladder, 'match', match,
  'result', result, 'reason', reason) }
