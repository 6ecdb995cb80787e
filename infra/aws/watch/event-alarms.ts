import { fleetMetric } from '../fleet-metric.ts';
import type { StageSettings } from '../settings.ts';
import { type AlarmRule, missing } from './alarm-rule.ts';

/**
 * What those who live by events feel: topics, and the record of tickets. Players and matching feel none of
 * it.
 */
export function eventAlarms({ name: environment, alarms, events }: StageSettings): AlarmRule[] {
  const metric = (name: 'EventLag' | 'EventsLost' | 'EventsRefused', statistic: string) =>
    fleetMetric(name, { environment, service: 'maintenance', statistic });
  return [
    {
      runbook: 'event-lag',
      meaning: `A topic, or the record of tickets, is more than ${alarms.eventLagSeconds} s behind the event stream, which keeps ${events.retentionHours} h.`,
      metric: metric('EventLag', 'Maximum'),
      threshold: alarms.eventLagSeconds,
      periods: 3,
      missing: missing.isQuiet,
      urgency: 'notice',
    },
    {
      runbook: 'events-lost',
      meaning: 'Events were forgotten before a topic, or the record of tickets, had taken them.',
      metric: metric('EventsLost', 'Sum'),
      threshold: 0,
      periods: 1,
      missing: missing.isQuiet,
      urgency: 'notice',
    },
    {
      runbook: 'events-refused',
      meaning: 'A topic refused events for good; they are kept with their reasons.',
      metric: metric('EventsRefused', 'Sum'),
      threshold: 0,
      periods: 1,
      missing: missing.isQuiet,
      urgency: 'notice',
    },
  ];
}
