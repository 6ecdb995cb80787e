-- What a script does at its end: first what follows from all that it did, then what its libraries collected to write (events,
-- changes, counts). A script that uses such a library need not know. All run in the order in which they came.
-- Offers: before_end, at_end
local steps, writers = {}, {}

-- jobs/scripts/assemble.ts has every script that comes to `before_end` or `at_end` run by this.
local function run(script)
  local result = script()
  for _, step in ipairs(steps) do step() end
  for _, write in ipairs(writers) do write() end
  return result
end

local function before_end(step)
  steps[#steps + 1] = step
end

local function at_end(write)
  writers[#writers + 1] = write
end
