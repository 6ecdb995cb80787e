/** What one unit costs, where that is from, and as of when. */
export interface Price {
  readonly usd: number;
  readonly per: 'hour' | 'month' | 'thousand' | 'million' | 'GB';
  /**
   * `cited`: read in a published price list or a page that quotes one. `assumed`: written down from memory;
   * look it up.
   */
  readonly source: string;
}

/** Whose prices these are. */
export const pricesOf = { region: 'us-east-1', currency: 'USD', asOf: '2026-11-30' } as const;

const fargate = 'cited: vantage.sh/blog/fargate-pricing, Linux/ARM, read 2026-11';
const metric = 'cited: signoz.io/guides/cloudwatch-pricing, 2026-02';
const observed = 'cited: factualminds.com, Amazon CloudWatch Pricing, 2026-06';
const assumed = 'assumed';
const valkey = 'assumed: four fifths of the Redis OSS node';
const hourly = (usd: number, source: string): Price => ({ usd, per: 'hour', source });

/**
 * Nodes of ElastiCache for Valkey and instances of DocumentDB, on demand. One that is missing is named
 * instead of priced.
 */
export const nodePrices: Readonly<Record<string, Price>> = {
  'cache.t3.micro': hourly(0.0136, valkey),
  'cache.t4g.micro': hourly(0.0128, valkey),
  'cache.t4g.small': hourly(0.0256, valkey),
  'cache.r7g.large': hourly(0.1752, valkey),
  'cache.r7g.xlarge': hourly(0.3496, valkey),
  'cache.r7g.2xlarge': hourly(0.6992, valkey),
  'cache.r6g.large': hourly(0.1648, valkey),
  'db.t4g.medium': hourly(0.0756, assumed),
  'db.r6g.large': hourly(0.2614, assumed),
  'db.r6g.xlarge': hourly(0.5228, assumed),
  'db.r6g.2xlarge': hourly(1.0456, assumed),
};

/** Everything else, on demand and without what is free or bought ahead. */
export const prices = {
  vcpu: hourly(0.03238, fargate),
  memoryGb: hourly(0.00356, fargate),
  /** Of one interface endpoint in one zone; 0.01 per GB on top. */
  endpointZone: hourly(0.01, assumed),
  /** What it carries is billed on top, by LCU. */
  loadBalancer: hourly(0.0225, assumed),
  secret: { usd: 0.4, per: 'month', source: assumed },
  key: { usd: 1, per: 'month', source: assumed },
  metric: { usd: 0.3, per: 'month', source: metric },
  metricRequests: { usd: 0.01, per: 'thousand', source: assumed },
  /** Of each metric that it looks at. */
  alarmMetric: { usd: 0.1, per: 'month', source: assumed },
  fastAlarmMetric: { usd: 0.3, per: 'month', source: assumed },
  compositeAlarm: { usd: 0.5, per: 'month', source: assumed },
  dashboard: { usd: 3, per: 'month', source: observed },
  logs: { usd: 0.5, per: 'GB', source: observed },
  traces: { usd: 5, per: 'million', source: assumed },
} as const satisfies Record<string, Price>;

/** Share of the price on demand that Spot takes, usually. */
export const spotShare = 0.3;
