-- Things as text: a field a line, in a fixed order. A backslash and a line's end within a field are escaped, so a field may
-- hold any text. jobs/lines.ts reads the same.
-- Uses: numbers
-- Offers: join_lines, read_lines
local ESCAPES = { ['\\'] = '\\\\', ['\n'] = '\\n' }
local MEANINGS = { ['\\\\'] = '\\', ['\\n'] = '\n' }

local function is_plain(text)
  return not string.find(text, '\\', 1, true) and not string.find(text, '\n', 1, true)
end

-- The fields of a thing with these names, each with a line's end. A field that is absent is empty.
local function join_lines(thing, names)
  local values = {}
  for i, name in ipairs(names) do
    local value = thing[name]
    values[i] = type(value) == 'number' and whole(value) or value or ''
  end
  if not is_plain(table.concat(values)) then
    for i, value in ipairs(values) do values[i] = string.gsub(value, '[\\\n]', ESCAPES) end
  end
  values[#values + 1] = ''
  return table.concat(values, '\n')
end

-- Reads as many lines from `from` on into a thing as there are names; a field that is empty stays absent. `numbers`: the
-- names of those that are numbers. Returns where the next line begins, nil where the text ends too early.
local function read_lines(thing, names, numbers, text, from)
  local escaped = string.find(text, '\\', 1, true)
  for _, name in ipairs(names) do
    local to = string.find(text, '\n', from, true)
    if not to then return nil end
    if to > from then
      local value = string.sub(text, from, to - 1)
      if numbers[name] then
        value = tonumber(value)
      elseif escaped then
        value = string.gsub(value, '\\[\\n]', MEANINGS)
      end
      thing[name] = value
    end
    from = to + 1
  end
  return from
end
