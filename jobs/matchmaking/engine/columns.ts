import { named } from '../../by-name.ts';
import type {
  AttributeContent,
  ListAggregation,
  NumberAggregation,
  PlayerAttribute,
} from '../../rule-set/rule-set.ts';
import type { AttributeValue, TicketPlayer } from '../../ticket/ticket.ts';
import { type Bits, either, everything, type Names } from './names.ts';

/** The names of a pool, by what they name. */
export type NamesOf = (what: string) => Names;

/**
 * One number that is kept of each party. What stands for the parties of a running match together: their mean,
 * the bits that they have in common, or what is read anew of all of them.
 */
interface Column {
  readonly together: 'mean' | 'bits' | 'anew';
  readonly read: (players: readonly TicketPlayer[], namesOf: NamesOf) => number;
}

export type Cell = number | string | readonly string[];
export type Aggregation = NumberAggregation | ListAggregation | 'each';

/** What a path of a rule set reads of a player. */
export type Source =
  | { readonly of: 'playerId' }
  | { readonly of: 'attribute'; name: string; mapKey?: string };

/** What is kept of each ticket as numbers: whatever rules read often. Rules address columns by index. */
export class Columns {
  readonly all: Column[] = [];
  readonly #attributes: ReadonlyMap<string, PlayerAttribute>;
  readonly #indexes = new Map<string, number>();

  constructor(attributes: readonly PlayerAttribute[]) {
    this.#attributes = new Map(attributes.map((attribute) => [attribute.name, attribute]));
  }

  /** The place of a column. Those of one key are one. */
  index(key: readonly unknown[], read: Column['read'], together: Column['together'] = 'mean'): number {
    const text = JSON.stringify(key);
    const known = this.#indexes.get(text);
    if (known !== undefined) return known;
    this.#indexes.set(text, this.all.length);
    return this.all.push({ together, read }) - 1;
  }

  /** The party's number; NaN where none of its players has the map key. */
  number(name: string, aggregation: NumberAggregation, mapKey?: string): number {
    return this.index([aggregation, name, mapKey], (players) =>
      this.#reduced(players, aggregation, name, mapKey),
    );
  }

  /** The same, but 0 for nobody: for distances between tickets. */
  measure(name: string, aggregation: NumberAggregation, mapKey?: string): number {
    if (mapKey === undefined) return this.number(name, aggregation);
    return this.index(['measure', aggregation, name, mapKey], (players) => {
      const value = this.#reduced(players, aggregation, name, mapKey);
      return Number.isNaN(value) ? 0 : value;
    });
  }

  /** How many of the players pass a test of their content. */
  count(key: readonly unknown[], name: string, test: (content: AttributeContent) => boolean): number {
    return this.index(['count', name, ...key], (players) => {
      let count = 0;
      for (const player of players) {
        const content = this.content(player, name);
        if (content !== undefined && test(content)) count++;
      }
      return count;
    });
  }

  /** The players' strings or lists, all of them together or what they have in common. */
  bits(name: string, aggregation: ListAggregation): number {
    return this.index(
      ['bits', aggregation, name],
      (players, namesOf) => {
        const names = namesOf(name);
        let bits: Bits | undefined;
        for (const player of players) {
          const own = names.bitsOf([this.content(player, name) as string | readonly string[]].flat());
          if (bits === undefined) bits = own;
          else bits = aggregation === 'union' ? either(bits, own) : bits & own;
        }
        return bits ?? everything;
      },
      'bits',
    );
  }

  #reduced(
    players: readonly TicketPlayer[],
    aggregation: NumberAggregation,
    name: string,
    mapKey: string | undefined,
  ): number {
    const [first] = players;
    if (first !== undefined && players.length === 1 && mapKey === undefined)
      return this.content(first, name) as number;
    return reduced(this.#contents(players, name, mapKey) as number[], aggregation);
  }

  typeOf(name: string): PlayerAttribute['type'] | undefined {
    return this.#attributes.get(name)?.type;
  }

  /** Whether the player has a value, given or by default, for every declared attribute. */
  complete(player: TicketPlayer): boolean {
    for (const { name, type, default: fallback } of this.#attributes.values())
      if (fallback === undefined && contentOf(player.attributes[name], type) === undefined) return false;
    return true;
  }

  /**
   * A party's values, read off its players. Numbers: every member counts with the party's value. Lists: the
   * party counts once, with one list. Strings have no average, so whatever is asked for, they are taken one
   * by one.
   */
  cells(players: readonly TicketPlayer[], source: Source, aggregation: Aggregation): Cell[] {
    if (source.of === 'playerId') return players.map(({ playerId }) => playerId);
    const cells = this.#contents(players, source.name, source.mapKey);
    const type = this.typeOf(source.name);
    if (type === 'string' || aggregation === 'each') return cells;
    if (type === 'string_list') return isOfLists(aggregation) ? listOf(cells, aggregation) : cells;
    return isOfLists(aggregation) || cells.length < 2
      ? cells
      : cells.fill(reduced(cells as number[], aggregation));
  }

  #contents(players: readonly TicketPlayer[], name: string, mapKey: string | undefined): Cell[] {
    const cells: Cell[] = [];
    for (const player of players) {
      const content = this.content(player, name);
      const cell =
        mapKey === undefined
          ? content
          : named(content as Readonly<Record<string, number>> | undefined, mapKey);
      if (cell !== undefined) cells.push(cell as Cell);
    }
    return cells;
  }

  content(player: TicketPlayer, attribute: string): AttributeContent | undefined {
    const declared = this.#attributes.get(attribute);
    if (declared === undefined) return undefined;
    return contentOf(player.attributes[attribute], declared.type) ?? declared.default;
  }
}

/** A value of another type than declared counts as missing. */
function contentOf(
  value: AttributeValue | undefined,
  type: PlayerAttribute['type'],
): AttributeContent | undefined {
  if (value === undefined) return undefined;
  if ('N' in value) return type === 'number' ? value.N : undefined;
  if ('S' in value) return type === 'string' ? value.S : undefined;
  if ('SL' in value) return type === 'string_list' ? value.SL : undefined;
  return type === 'string_number_map' ? value.SDM : undefined;
}

const isOfLists = (aggregation: Aggregation): aggregation is ListAggregation =>
  aggregation === 'union' || aggregation === 'intersection';

/** One list of several; none of none. */
function listOf(lists: Cell[], aggregation: ListAggregation): Cell[] {
  const [first, ...others] = lists as (readonly string[])[];
  if (first === undefined) return [];
  if (aggregation === 'union') return [[...new Set([first, ...others].flat())]];
  return [[...new Set(first)].filter((value) => others.every((list) => list.includes(value)))];
}

/** NaN of nothing. */
export function reduced(numbers: readonly number[], aggregation: NumberAggregation): number {
  if (numbers.length === 0) return Number.NaN;
  if (aggregation === 'min') return Math.min(...numbers);
  if (aggregation === 'max') return Math.max(...numbers);
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}
