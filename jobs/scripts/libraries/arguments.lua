-- Reads a script's arguments in their order: each is read once, where it gets its name. The first of every script is
-- random (see `chain`), and not told in its header.
-- Offers: next_text, next_texts, next_number, next_list, has_more
local position = 1

local function next_text()
  position = position + 1
  return ARGV[position]
end

-- The next `n` arguments, each for a name of its own.
local function next_texts(n)
  position = position + n
  return unpack(ARGV, position - n + 1, position)
end

-- nil where the argument is empty.
local function next_number() return tonumber(next_text()) end

-- The next `n` arguments; without `n` all that are left.
local function next_list(n)
  local list = {}
  for i = 1, n or #ARGV - position do list[i] = next_text() end
  return list
end

local function has_more() return position < #ARGV end
