import {
  Alarm,
  AlarmState,
  ComparisonOperator,
  CompositeAlarm,
  AlarmRule as Composition,
  type IAlarm,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { AlarmRule } from './alarm-rule.ts';

export interface AlarmsProps {
  readonly rules: readonly AlarmRule[];
  readonly topic: ITopic;
  readonly runbookUrl: string;
}

/**
 * Every rule as an alarm, and one alarm over all that players feel, so that an outage rings once and not
 * twenty times.
 */
export class Alarms extends Construct {
  readonly all: readonly IAlarm[];
  readonly composite: CompositeAlarm;

  constructor(scope: Construct, id: string, { rules, topic, runbookUrl }: AlarmsProps) {
    super(scope, id);
    const made = rules.map((rule) => ({ rule, alarm: this.#alarm(rule, runbookUrl) }));
    this.all = made.map((it) => it.alarm);
    const paging = made.filter((it) => it.rule.urgency === 'page').map((it) => it.alarm);
    this.composite = new CompositeAlarm(this, 'players-affected', {
      alarmDescription: `Players feel it. The alarms inside say what it is. Runbook: ${runbookUrl}#players-affected`,
      alarmRule: Composition.anyOf(...paging.map((alarm) => Composition.fromAlarm(alarm, AlarmState.ALARM))),
    });
    const toTopic = new SnsAction(topic);
    this.composite.addAlarmAction(toTopic);
    this.composite.addOkAction(toTopic);
    for (const { rule, alarm } of made) if (rule.urgency === 'notice') alarm.addAlarmAction(toTopic);
  }

  #alarm(rule: AlarmRule, runbookUrl: string): Alarm {
    return new Alarm(this, rule.of ? `${rule.runbook}-${rule.of}` : rule.runbook, {
      ...(rule.name && { alarmName: rule.name }),
      alarmDescription: `${rule.meaning} Runbook: ${runbookUrl}#${rule.runbook}`,
      metric: rule.metric,
      threshold: rule.threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: rule.periods,
      treatMissingData: rule.missing,
    });
  }
}
