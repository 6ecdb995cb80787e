-- Things as text: a field a line, in a fixed order. A backslash and a line's end within a field are escaped, so a field may
-- hold any text. jobs/lines.ts reads and writes the same.
-- Offers: LINE, is_plain, escape, in_lines, from_lines
-- A pattern of one line for each that `from_lines` is to read.
local LINE = '([^\n]*)\n'
local ESCAPES = { ['\\'] = '\\\\', ['\n'] = '\\n' }
local MEANINGS = { ['\\\\'] = '\\', ['\\n'] = '\n' }

-- Whether a text, or each of several in one, stands in a line as it is.
local function is_plain(text)
  return not string.find(text, '\\', 1, true) and not string.find(text, '\n', 1, true)
end

local function escape(text)
  if is_plain(text) then return text end
  return (string.gsub(text, '[\\\n]', ESCAPES))
end

-- A list of texts, each with a line's end.
local function in_lines(texts)
  if not is_plain(table.concat(texts)) then
    for i, text in ipairs(texts) do texts[i] = escape(text) end
  end
  texts[#texts + 1] = ''
  return table.concat(texts, '\n')
end

local function meant(value, ...)
  if not value then return end
  if type(value) == 'string' then value = string.gsub(value, '\\[\\n]', MEANINGS) end
  return value, meant(...)
end

-- What a pattern of lines finds from a place in a text on, as so many values; nothing where there are too few lines.
local function from_lines(text, pattern, from)
  if string.find(text, '\\', 1, true) then return meant(string.match(text, pattern, from)) end
  return string.match(text, pattern, from)
end
