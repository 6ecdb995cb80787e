import type {
  AttributeContent,
  ListAggregation,
  NumberAggregation,
  PlayerAttribute,
} from '../rule-set/rule-set.ts';
import type { AttributeValue, TicketPlayer } from '../ticket.ts';

export type Cell = number | string | readonly string[];

/** One thing the rules read of each player, and how a party's values are put together. */
export interface Column {
  readonly of: 'playerId' | { readonly attribute: string; readonly mapKey?: string };
  readonly aggregation: 'each' | NumberAggregation | ListAggregation;
}

/** Every column the rules read. Tickets are read into cells once; rules then address them by index. */
export class Columns {
  readonly all: Column[] = [];
  readonly #attributes: ReadonlyMap<string, PlayerAttribute>;
  readonly #indexes = new Map<string, number>();

  constructor(attributes: readonly PlayerAttribute[]) {
    this.#attributes = new Map(attributes.map((attribute) => [attribute.name, attribute]));
  }

  index(column: Column): number {
    const key = JSON.stringify([column.of, column.aggregation]);
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    this.#indexes.set(key, this.all.length);
    return this.all.push(column) - 1;
  }

  /** Averaging strings means nothing, so whatever is asked for, strings are taken one by one. */
  attribute(
    attribute: string,
    aggregation: NumberAggregation | ListAggregation | 'each',
    mapKey?: string,
  ): number {
    const type = this.typeOf(attribute);
    const list = aggregation === 'union' || aggregation === 'intersection';
    const fits = type === 'string' ? false : list ? type === 'string_list' : type !== 'string_list';
    return this.index({
      of: mapKey === undefined ? { attribute } : { attribute, mapKey },
      aggregation: fits ? aggregation : 'each',
    });
  }

  typeOf(attribute: string): PlayerAttribute['type'] | undefined {
    return this.#attributes.get(attribute)?.type;
  }

  /** Whether the player has a value, given or by default, for every declared attribute. */
  complete(player: TicketPlayer): boolean {
    for (const { name, type, default: fallback } of this.#attributes.values())
      if (fallback === undefined && contentOf(player.attributes[name], type) === undefined) return false;
    return true;
  }

  /** The cells of one party, by column. Players lacking a map key have no cell there. */
  read(players: readonly TicketPlayer[]): Cell[][] {
    return this.all.map((column) => {
      const cells: Cell[] = [];
      for (const player of players) {
        const cell = column.of === 'playerId' ? player.playerId : this.#cell(player, column.of);
        if (cell !== undefined) cells.push(cell);
      }
      return cells.length > 1 || Array.isArray(cells[0]) ? aggregate(cells, column.aggregation) : cells;
    });
  }

  #cell(player: TicketPlayer, of: { attribute: string; mapKey?: string }): Cell | undefined {
    const content = this.content(player, of.attribute);
    if (of.mapKey === undefined) return content as Cell | undefined;
    return typeof content === 'object' && !Array.isArray(content)
      ? (content as Readonly<Record<string, number>>)[of.mapKey]
      : undefined;
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

/** Numbers: every member counts with the party's value. Lists: the party counts once, with one list. */
function aggregate(cells: Cell[], aggregation: Column['aggregation']): Cell[] {
  switch (aggregation) {
    case 'each':
      return cells;
    case 'union':
      return [[...new Set((cells as (readonly string[])[]).flat())]];
    case 'intersection': {
      const [first = [], ...others] = cells as (readonly string[])[];
      return [[...new Set(first)].filter((value) => others.every((list) => list.includes(value)))];
    }
    default:
      return cells.fill(reduced(cells as number[], aggregation));
  }
}

export function reduced(numbers: readonly number[], aggregation: NumberAggregation): number {
  if (aggregation === 'min') return Math.min(...numbers);
  if (aggregation === 'max') return Math.max(...numbers);
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}
