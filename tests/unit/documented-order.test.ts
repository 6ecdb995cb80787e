import { describe, expect, test } from 'vitest';
import { now, pass, ticket, versus } from './engine/builders.ts';

describe('in documented order', () => {
  const matched = (rule: object, ...skills: number[]) =>
    pass(
      versus(2, [rule]),
      skills.map((skill, index) => ticket(`t${index}`, { skill }, 60 - index)),
      now,
      'documented',
    ).length === 1;
  const ofRed = (fn: string) => `${fn}(teams[red].players.attributes[skill])`;

  test('sums and distances of at least so much are judged when all have joined', () => {
    const sum = { type: 'comparison', measurements: [ofRed('sum')], operation: '>=', referenceValue: 50 };
    const mixed = {
      type: 'distance',
      measurements: [ofRed('max')],
      referenceValue: ofRed('min'),
      minDistance: 10,
    };
    const apart = { type: 'distance', measurements: [ofRed('avg')], referenceValue: 40, minDistance: 5 };

    expect(matched(sum, 30, 30, 30, 30)).toBe(true);
    expect(matched(mixed, 30, 45, 30, 45)).toBe(true);
    expect(matched(apart, 42, 42, 60, 60)).toBe(true);
  });
});
