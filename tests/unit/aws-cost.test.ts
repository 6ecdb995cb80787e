import { describe, expect, test } from 'vitest';
import { costsOf, hoursPerMonth, type Made } from '../../infra/aws/cost/cost.ts';
import { prices } from '../../infra/aws/cost/prices.ts';
import { report } from '../../infra/aws/cost/report.ts';
import { type StageSettings, stageSettings } from '../../infra/aws/settings.ts';
import { production } from '../../infra/aws/stages.ts';
import { apiSettings, synthesiseStage } from '../support/aws-templates.ts';

const load = { ticketsPerSecond: 10, logGb: 10 };

function costs(settings: StageSettings) {
  const { data, workers, watch, api } = synthesiseStage(settings);
  const made = [data, workers, watch, api ?? []]
    .flat()
    .flatMap((stack): Made[] =>
      Object.entries(
        stack.toJSON()['Resources'] as Record<string, { Type: string; Properties?: Record<string, unknown> }>,
      ).map(([id, it]) => ({ id, type: it.Type, properties: it.Properties ?? {} })),
    );
  return costsOf(made, settings, load);
}
const stage = costs(production);
const row = (what: string, of = stage) => of.rows.find((it) => it.what === what);

describe('what production costs', () => {
  test.each([
    ['cache.r7g.large', 4],
    ['db.r6g.large', 3],
    // 2 × (0.5 + 1 + 0.5 + 0.25), the smallest fleet.
    ['vCPU of tasks', 4.5],
    ['GB of memory of tasks', 9],
    // Six endpoints in three zones.
    ['zones of interface endpoints', 18],
    ['keys', 1],
    ['dashboards', 1],
    ['composite alarms', 1],
    ['GB of logs', 10],
  ])('%s: %s', (what, count) => {
    expect(row(what)?.count).toBe(count);
  });

  test('a month of it is its count, hour by hour', () => {
    expect(row('vCPU of tasks')?.atRest).toBeCloseTo(4.5 * hoursPerMonth * prices.vcpu.usd);
    expect(row('traces recorded')?.atRest).toBeCloseTo(10 * 3 * 0.05 * hoursPerMonth * 3_600 * 5e-6);
  });

  test('with all tasks it costs more, those on Spot a share of the others', () => {
    // On demand: matchmaking 16 × 1, maintenance 3 × 0.25, and the 2 that each other service keeps; the rest
    // on Spot.
    expect((row('vCPU of tasks')?.atMost ?? 0) / (hoursPerMonth * prices.vcpu.usd)).toBeCloseTo(
      16 + 0.75 + 1 + 1 + 0.3 * (14 * 0.5 + 6 * 0.5),
    );
  });

  test('every alarm is in it', () => {
    const counted = ['metrics of alarms', 'metrics of fast alarms'].map((it) => row(it)?.count ?? 0);

    expect(Math.min(...counted)).toBeGreaterThan(3);
  });
});

test('what a setting brings is paid for: an API, an endpoint service, larger nodes, metrics of their own', () => {
  const endpointService = { allowedPrincipals: ['arn:aws:iam::210987654321:root'] };
  const more = costs(
    stageSettings.parse({
      ...production,
      api: { ...apiSettings, endpointService },
      sessionCache: { nodeType: 'cache.r7g.16xlarge', replicas: 1 },
      metrics: { configurations: ['duel'], players: ['p1', 'p2'] },
    }),
  );

  expect(row('load balancers', more)?.count).toBe(2);
  expect(row('zones of interface endpoints', more)?.count).toBe(21);
  expect(row('vCPU of tasks', more)?.count).toBe(5.5);
  expect(row('cache.r7g.large', more)?.count).toBe(2);
  expect((row('metrics of the fleet', more)?.count ?? 0) - (row('metrics of the fleet')?.count ?? 0)).toBe(
    12,
  );
  expect(more.unpriced).toEqual(['cache.r7g.16xlarge']);
  expect(report(production, load, more)).toContain('No price of cache.r7g.16xlarge is known');
});

test('every price says where it is from and as of when, and the budget of production covers it at rest', () => {
  const table = report(production, load, stage);

  expect(table).toMatch(/prices as of 2026-\d\d-\d\d/);
  for (const it of stage.rows) expect(it.price.source).toMatch(/^(cited|assumed)/);
  expect(table).not.toContain('does not even cover');
});
