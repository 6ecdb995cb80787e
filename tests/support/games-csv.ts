import { chance } from '../../infra/local/demo/random.ts';

/**
 * Games of 20 players, of whom the one with the lower number wins three in four, two a day: columns `date`,
 * `w` and `l`.
 */
export function gamesCsv(count: number): string {
  const random = chance(1);
  const lines = Array.from({ length: count }, (_, n) => {
    const one = Math.floor(random.uniform() * 20);
    const other = (one + 1 + Math.floor(random.uniform() * 19)) % 20;
    const [better, worse] = [Math.min(one, other), Math.max(one, other)];
    const date = new Date((1_000 + Math.floor(n / 2)) * 86_400_000).toISOString().slice(0, 10);
    return random.uniform() < 0.75 ? `${date},p${better},p${worse}` : `${date},p${worse},p${better}`;
  });
  return ['date,w,l', ...lines, ''].join('\n');
}
