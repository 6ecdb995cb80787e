import type { MatchmakingEvent } from '../../../jobs/event/event.ts';

/**
 * What the simulated upstream was promised and told: the producer's side of the story, which the stores' side
 * is checked against in the end.
 */
export interface Diary {
  arrived: number;
  /** Sessions asked for, with their players. */
  readonly sessions: Map<string, string>;
  /** Tickets whose start was acknowledged. */
  readonly acknowledged: Set<string>;
  /** Calls refused with a reason. */
  readonly refusals: string[];
  /** Matches whose result was reported, with how many players each had. */
  readonly reported: Map<string, number>;
  /** Event types heard of each ticket, in order. */
  readonly heard: Map<string, string[]>;
  readonly hear: (event: MatchmakingEvent) => void;
  /** How proposals ended: `Accepted`, `Rejected`, `TimedOut`. */
  readonly proposals: Map<string, number>;
  /** Waits of matched tickets as events tell them, ms. */
  readonly waits: number[];
}

export function openDiary(): Diary {
  const heard = new Map<string, string[]>();
  const waits: number[] = [];
  const proposals = new Map<string, number>();
  return {
    arrived: 0,
    sessions: new Map(),
    acknowledged: new Set(),
    refusals: [],
    reported: new Map(),
    heard,
    proposals,
    waits,
    hear({ time, detail }) {
      if (detail.type === 'AcceptMatchCompleted') {
        const how = String(detail['acceptance']);
        proposals.set(how, (proposals.get(how) ?? 0) + 1);
      }
      for (const { ticketId, startTime } of detail.tickets) {
        heard.set(ticketId, [...(heard.get(ticketId) ?? []), detail.type]);
        if (detail.type === 'PotentialMatchCreated') waits.push(Date.parse(time) - Date.parse(startTime));
      }
    },
  };
}
