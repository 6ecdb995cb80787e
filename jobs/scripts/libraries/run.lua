-- What a script writes at its end. A library that collects what to write (events, changes, counts) gives its writer to
-- `at_end` when it collects first; a script that uses it need not know. Writers run in the order in which they came.
-- Offers: at_end
local writers = {}

-- jobs/scripts/assemble.ts has every script that comes to `at_end` run by this.
local function run(script)
  local result = script()
  for _, write in ipairs(writers) do write() end
  return result
end

local function at_end(write)
  writers[#writers + 1] = write
end
