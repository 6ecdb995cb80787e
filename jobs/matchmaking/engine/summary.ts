import type { Explanation } from './explanation.ts';

/** An explanation in a sentence. */
export function summaryOf(explanation: Omit<Explanation, 'summary'>): string {
  const { waitsFor, reasons, playersNeeded, playersInReach, triedTogether, held, uneven } = explanation;
  switch (waitsFor) {
    case 'never':
      return `can never match: ${reasons.join('; ')}`;
    case 'matched':
      return 'is in a match that is being committed';
    case 'alone':
      return 'matches alone, in the next pass';
    case 'soon':
      return 'a match is there for the next pass, unless an older ticket takes its partners';
    case 'hold':
      return `a match of ${count(held?.players ?? 0, 'player')} is there, but not full, and held for ${round((held?.forMs ?? 0) / 1_000)} s more`;
    case 'evenness':
      return `a match of ${count(uneven?.players ?? 0, 'player')} is there, in which one side would win ${Math.round((uneven?.chance ?? 0) * 100)} %; it waits ${round((uneven?.forMs ?? 0) / 1_000)} s more for a more even one`;
    case 'players':
      return [
        `needs ${count(playersNeeded, 'more player')}, and ${playersInReach === 0 ? 'nobody' : `only ${playersInReach}`} waiting could play with it`,
        ...blocked(explanation),
        ...apart(explanation),
        ...met(explanation),
        ...missed(explanation),
      ].join('; ');
    case 'rules': {
      const [worst] = triedTogether;
      const rule = worst === undefined ? '' : `; rule "${worst.rule}" failed most often`;
      return [
        `no line-up that was tried passes every rule${rule}`,
        ...apart(explanation),
        ...missed(explanation),
      ].join('; ');
    }
  }
}

function blocked({ blockedBy, sample }: Omit<Explanation, 'summary'>): string[] {
  const [most] = blockedBy;
  if (most === undefined) return [];
  const of = sample.lookedAt < sample.waiting ? `the nearest ${sample.lookedAt}` : `${sample.waiting}`;
  return [`rule "${most.rule}" keeps ${most.tickets} of ${of} waiting tickets away`];
}

function met({ metLately }: Omit<Explanation, 'summary'>): string[] {
  if (metLately === undefined) return [];
  return [
    `it has met players of ${count(metLately, 'ticket')} lately and meets them while there is nobody else`,
  ];
}

function apart({ fastestElsewhere }: Omit<Explanation, 'summary'>): string[] {
  if (fastestElsewhere === undefined) return [];
  const { tickets, forMs } = fastestElsewhere;
  return [`${count(tickets, 'ticket')} fastest in another location may join it in ${round(forMs / 1_000)} s`];
}

function missed({ nearestMiss }: Omit<Explanation, 'summary'>): string[] {
  if (nearestMiss === undefined) return [];
  const { ticketId, rule, by, limit } = nearestMiss;
  const how = by === undefined ? '' : ` by ${round(by)} (limit ${limit === undefined ? '' : round(limit)})`;
  return [`"${ticketId}" comes nearest and misses rule "${rule}"${how}`];
}

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;

/** A number as people read it. */
export const round = (value: number) => Math.round(value * 1_000) / 1_000;
