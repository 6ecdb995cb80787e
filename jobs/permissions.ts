import type { Actor } from './contract.ts';
import type { Right } from './maintenance/api-keys.ts';

/**
 * Who may make a call. Services may make each; through the HTTP API and the console, by a key with a right.
 */
interface Permission {
  /** The right that a key needs for it. */
  readonly right: Right;
  /** Players may make it too: for themselves, and for tickets and sessions that are theirs. */
  readonly players?: true;
  /** It is an operator's command: it is signed by a key with that right, or with `operate`. */
  readonly signed?: true;
  /** Kinds of the jobs that carry it. A worker checks by them who asks, and who has signed. */
  readonly jobs?: readonly string[];
}

/** Every call of the client and of the doors in front of it: the HTTP API, the console. */
export const permissions = {
  createSession: { right: 'matchmake', players: true, jobs: ['create-session'] },
  createSessionAll: { right: 'matchmake' },
  describeSession: { right: 'read', players: true, jobs: ['read-session'] },
  endSession: { right: 'matchmake', players: true, jobs: ['end-session'] },
  startMatchmaking: { right: 'matchmake', players: true, jobs: ['start-matchmaking'] },
  startMatchmakingAll: { right: 'matchmake' },
  stopMatchmaking: { right: 'matchmake', players: true, jobs: ['stop-matchmaking'] },
  acceptMatch: { right: 'matchmake', players: true, jobs: ['accept-match'] },
  describeMatchmaking: { right: 'matchmake', players: true, jobs: ['describe-tickets'] },
  explainTicket: { right: 'read', players: true },
  estimateWait: { right: 'read', players: true },
  startBackfill: { right: 'matchmake' },
  playerLeft: { right: 'matchmake', players: true, jobs: ['player-left'] },
  reportMatchResult: { right: 'report' },
  reportMatchResultAll: { right: 'report' },
  describeMatch: { right: 'read' },
  findLiveMatches: { right: 'matchmake' },
  readMatchmakerData: { right: 'read' },
  events: { right: 'read' },
  findRecentPosition: { right: 'read' },

  describePlayer: { right: 'read' },
  findLivePlayer: { right: 'read' },
  listLadders: { right: 'read' },
  readTopOfLadder: { right: 'read' },
  predictChances: { right: 'read' },
  listConfigurations: { right: 'read' },
  describeConfiguration: { right: 'read' },
  describeConfigurationAll: { right: 'read' },
  listPools: { right: 'read' },
  describePool: { right: 'read' },
  readOutboxLength: { right: 'read' },
  readActivity: { right: 'read' },
  readRecord: { right: 'read' },
  listRefusedEvents: { right: 'read' },
  listAudit: { right: 'read' },
  describeSettings: { right: 'read' },

  changeSettings: { right: 'configure', signed: true, jobs: ['tag-setting'] },
  putRuleSet: { right: 'configure', signed: true, jobs: ['put-rule-set'] },
  deleteRuleSet: { right: 'configure', signed: true, jobs: ['delete-rule-set'] },
  rollbackRuleSet: { right: 'configure', signed: true },
  putConfiguration: { right: 'configure', signed: true, jobs: ['put-configuration'] },
  deleteConfiguration: { right: 'configure', signed: true, jobs: ['delete-configuration'] },
  rollbackConfiguration: { right: 'configure', signed: true },
  pauseConfiguration: { right: 'operate', signed: true, jobs: ['pause-configuration'] },
  resumeConfiguration: { right: 'operate', signed: true, jobs: ['resume-configuration'] },
  pauseQueue: { right: 'operate', signed: true, jobs: ['pause-queue'] },
  resumeQueue: { right: 'operate', signed: true, jobs: ['resume-queue'] },
  putLadder: { right: 'operate', signed: true, jobs: ['put-ladder'] },
  deleteLadder: { right: 'operate', signed: true, jobs: ['delete-ladder'] },
  startSeason: { right: 'operate', signed: true, jobs: ['start-season'] },
  correctResult: { right: 'operate', signed: true, jobs: ['correct-result'] },
  setRating: { right: 'operate', signed: true, jobs: ['give-ratings'] },
  importRatings: { right: 'operate', signed: true, jobs: ['give-ratings'] },
  erasePlayer: { right: 'operate', signed: true, jobs: ['erase-player'] },

  describeQueue: { right: 'read' },
  listFailedJobs: { right: 'read' },
  readFailedJob: { right: 'read' },
  retryJobAll: { right: 'operate', signed: true, jobs: ['retry-jobs'] },
  putApiKey: { right: 'operate' },
  readApiKeys: { right: 'operate' },
  readApiKeyCopies: { right: 'operate' },

  /** Looking at the console. */
  console: { right: 'read' },
  /** Calls of the HTTP API that make none of the client's, or several. */
  readPlayer: { right: 'read', players: true },
  validateRuleSet: { right: 'read' },
  validateConfiguration: { right: 'read' },
} as const satisfies Record<string, Permission>;

export type CallName = keyof typeof permissions;
/** Calls that are operators' commands. */
export type CommandName = {
  [Name in CallName]: (typeof permissions)[Name] extends { signed: true } ? Name : never;
}[CallName];

const rows: Readonly<Record<CallName, Permission>> = permissions;
const carriedBy = (kind: string): Permission[] =>
  Object.values(rows).filter((row) => row.jobs?.includes(kind));

/** What a key needs for a call. */
export const rightFor = (call: CallName): Right => rows[call].right;

/** Whether players may make a call at all. What they may ask for is then checked where the state is. */
export const isForPlayers = (call: CallName): boolean => rows[call].players ?? false;

export const mayCall = (call: CallName, { kind }: Actor): boolean => kind === 'service' || isForPlayers(call);

/** Whether a key with these rights may make a call. */
export const mayByKey = (call: CallName, rights: ReadonlySet<Right>): boolean =>
  rights.has(rows[call].right) || (rows[call].signed === true && rights.has('operate'));

const jobsForPlayers = new Set(
  Object.values(rows).flatMap(({ players, jobs = [] }) => (players ? jobs : [])),
);

/** Whether an actor may enqueue a kind of job. */
export const mayEnqueue = (kind: string, actor: Actor): boolean =>
  actor.kind === 'service' || jobsForPlayers.has(kind);

/** Any of these rights lets a key sign a command of a kind. */
export const rightsToSign = (kind: string): Right[] => [
  ...new Set([...carriedBy(kind).map((row) => row.right), 'operate' as const]),
];
