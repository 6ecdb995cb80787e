-- The names of all keys, one function a key. jobs/keys.ts says what each holds, and spells it the same.
-- Offers: *_key
-- KEYS[1] of every script is the domain's hash tag, e.g. {main.matchmaking}: all keys share one slot of a cluster.
local TAG = KEYS[1]

local function clock_key() return TAG .. ':clock' end
local function served_key() return TAG .. ':served' end
local function compared_run_key() return TAG .. ':compared-run' end
local function sequence_key() return TAG .. ':sequence' end

local function ticket_key(id) return TAG .. ':ticket:' .. id end
local function player_key(player_id) return TAG .. ':player:' .. player_id end

local function live_key(match) return TAG .. ':live:' .. match end
local function lives_key() return TAG .. ':lives' end
local function members_key(ticket_id) return TAG .. ':members:' .. ticket_id end

local function pool_key(pool) return TAG .. ':pool:' .. pool end
local function pools_key(configuration) return TAG .. ':pools:' .. configuration end
local function companions_key() return TAG .. ':companions' end
local function changes_key(pool) return TAG .. ':changes:' .. pool end
local function changes_head_key(pool) return TAG .. ':changes-head:' .. pool end
local function cycle_key(pool) return TAG .. ':cycle:' .. pool end
local function arrived_key() return TAG .. ':arrived' end
local function accepted_key(pool) return TAG .. ':accepted:' .. pool end
local function due_key() return TAG .. ':due' end
local function rules_key(pool) return TAG .. ':rules:' .. pool end
local function questions_key(pool) return TAG .. ':questions:' .. pool end

local function lag_key(pool) return TAG .. ':lag:' .. pool end
local function behind_key(configuration) return TAG .. ':behind:' .. configuration end

local function proposal_key(match) return TAG .. ':proposal:' .. match end
local function proposals_key() return TAG .. ':proposals' end

local function outbox_key() return TAG .. ':outbox' end
local function outbox_job_key() return TAG .. ':outbox-job' end
local function outbox_at_key() return TAG .. ':outbox-at' end
local function outbox_placement_key() return TAG .. ':outbox-placement' end
local function outbox_due_key() return TAG .. ':outbox-due' end

local function events_key() return TAG .. ':events' end
local function events_head_key() return TAG .. ':events-head' end
local function event_bytes_key() return TAG .. ':event-bytes' end
local function endings_key() return TAG .. ':endings' end
local function endings_head_key() return TAG .. ':endings-head' end
local function unrecorded_key() return TAG .. ':unrecorded' end

local function follower_key(name) return TAG .. ':follower:' .. name end
local function followers_key() return TAG .. ':followers' end
local function refused_events_key() return TAG .. ':refused-events' end
local function topics_key() return TAG .. ':topics' end

local function configuration_key(name) return TAG .. ':configuration:' .. name end
local function configurations_key() return TAG .. ':configurations' end
local function activity_key(configuration, slot) return TAG .. ':activity:' .. configuration .. ':' .. slot end
