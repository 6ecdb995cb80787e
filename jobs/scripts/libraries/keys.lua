-- The names of all keys, one function a key. jobs/keys.ts says what each holds, and spells it the same.
-- Offers: *_key
-- KEYS[1] of every script is the domain's hash tag, e.g. {main.matchmaking}: all keys share one slot of a cluster.
local function clock_key() return KEYS[1] .. ':clock' end
local function compared_key() return KEYS[1] .. ':compared' end
local function uncompared_key() return KEYS[1] .. ':uncompared' end
local function sequence_key() return KEYS[1] .. ':sequence' end

local function ticket_key(id) return KEYS[1] .. ':ticket:' .. id end
local function player_key(player_id) return KEYS[1] .. ':player:' .. player_id end

local function live_key(match) return KEYS[1] .. ':live:' .. match end
local function lives_key() return KEYS[1] .. ':lives' end
local function members_key(ticket_id) return KEYS[1] .. ':members:' .. ticket_id end

local function pool_key(pool) return KEYS[1] .. ':pool:' .. pool end
local function pools_key(configuration) return KEYS[1] .. ':pools:' .. configuration end
local function companions_key() return KEYS[1] .. ':companions' end
local function changes_key(pool) return KEYS[1] .. ':changes:' .. pool end
local function changes_head_key(pool) return KEYS[1] .. ':changes-head:' .. pool end
local function cycle_key(pool) return KEYS[1] .. ':cycle:' .. pool end
local function arrived_key() return KEYS[1] .. ':arrived' end
local function accepted_key(pool) return KEYS[1] .. ':accepted:' .. pool end
local function due_key() return KEYS[1] .. ':due' end
local function rules_key(pool) return KEYS[1] .. ':rules:' .. pool end
local function questions_key(pool) return KEYS[1] .. ':questions:' .. pool end

local function lag_key(pool) return KEYS[1] .. ':lag:' .. pool end
local function behind_key(configuration) return KEYS[1] .. ':behind:' .. configuration end

local function proposal_key(match) return KEYS[1] .. ':proposal:' .. match end
local function proposals_key() return KEYS[1] .. ':proposals' end

local function outbox_key() return KEYS[1] .. ':outbox' end
local function outbox_job_key() return KEYS[1] .. ':outbox-job' end
local function outbox_at_key() return KEYS[1] .. ':outbox-at' end
local function outbox_placement_key() return KEYS[1] .. ':outbox-placement' end
local function outbox_due_key() return KEYS[1] .. ':outbox-due' end

local function events_key() return KEYS[1] .. ':events' end
local function events_head_key() return KEYS[1] .. ':events-head' end
local function event_bytes_key() return KEYS[1] .. ':event-bytes' end
local function endings_key() return KEYS[1] .. ':endings' end
local function endings_head_key() return KEYS[1] .. ':endings-head' end
local function unrecorded_key() return KEYS[1] .. ':unrecorded' end

local function follower_key(name) return KEYS[1] .. ':follower:' .. name end
local function followers_key() return KEYS[1] .. ':followers' end
local function refused_events_key() return KEYS[1] .. ':refused-events' end
local function topics_key() return KEYS[1] .. ':topics' end

local function commands_key(chain) return KEYS[1] .. ':commands:' .. chain end
local function commands_head_key(chain) return KEYS[1] .. ':commands-head:' .. chain end
local function commands_applied_key(chain) return KEYS[1] .. ':commands-applied:' .. chain end
local function command_key(id) return KEYS[1] .. ':command:' .. id end

local function arrivals_key(ladder) return KEYS[1] .. ':arrivals:' .. ladder end
local function arrivals_head_key(ladder) return KEYS[1] .. ':arrivals-head:' .. ladder end
local function ladders_key() return KEYS[1] .. ':ladders' end
local function verdict_key(command) return KEYS[1] .. ':verdict:' .. command end
local function refused_results_key() return KEYS[1] .. ':refused-results' end

local function configuration_key(name) return KEYS[1] .. ':configuration:' .. name end
local function configurations_key() return KEYS[1] .. ':configurations' end
local function activity_key(configuration, slot) return KEYS[1] .. ':activity:' .. configuration .. ':' .. slot end
