import { type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';

/** One thing worth waking somebody for, or telling them in the morning. */
export interface AlarmRule {
  /** Also its section in `runbook.md`. */
  readonly runbook: string;
  /** Tells alarms of one section apart: the queue. */
  readonly of?: string;
  /** One sentence for whoever reads it at night. */
  readonly meaning: string;
  readonly metric: IMetric;
  /** It alarms above this value. */
  readonly threshold: number;
  /** Periods in a row that must be above it. */
  readonly periods: number;
  readonly missing: (typeof missing)[keyof typeof missing];
  /**
   * `page`: players feel it, so it rings through the composite alarm. `notice`: it goes to `alerts` by
   * itself.
   */
  readonly urgency: 'page' | 'notice';
  /** Where tools and people outside find the alarm by a fixed name. */
  readonly name?: string;
}

/** What silence of a metric means. */
export const missing = {
  /** Nothing happened, so nothing was measured. That nobody measures is `reports-missing`'s business. */
  isQuiet: TreatMissingData.NOT_BREACHING,
  /** Somebody always measures it: silence is the failure. */
  isTheFailure: TreatMissingData.BREACHING,
  /** AWS measures it, and a gap says nothing: the last state stands. */
  saysNothing: TreatMissingData.IGNORE,
} as const;
