-- Numbers as text. Lua writes large ones its own way (1e+15), which neither Redis nor readers take for a whole number.
-- Offers: whole
local function whole(number) return string.format('%d', number) end
