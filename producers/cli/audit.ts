import { Command, InvalidArgumentError } from 'commander';
import type { FieldChange } from '../../jobs/json-diff.ts';
import type { AuditRequest } from '../operator-requests.ts';
import { count } from './arguments.ts';
import { show, withClient } from './terminal.ts';

function time(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('a time, e.g. 2026-11-30 or 2026-11-30T18:00:00Z');
  return date;
}

const lineOf = ({ path, from = 'nothing', to = 'nothing' }: FieldChange): string =>
  `${path}: ${from} to ${to}`;

export function auditCommands(): Command {
  const audit = new Command('audit').description('who changed what, when, and why');

  audit
    .command('list')
    .description("operators' commands, newest first")
    .option('--target <name>', 'only of this rule set, configuration, ladder or queue')
    .option('--operator <name>', 'only those signed by this key')
    .option('--since <time>', 'only those decided from this time on', time)
    .option('--until <time>', 'only those decided before this time', time)
    .option('--limit <n>', 'at most so many, up to 1000', count, 100)
    .action((request: AuditRequest, command: Command) =>
      withClient(command, async (client) => {
        const found = await client.listAudit(request);
        const rows = found.map(
          ({
            decidedAt,
            operator,
            kind,
            target,
            verdict,
            version,
            refusal,
            reason,
            changes = [],
            moreChanges,
          }) => ({
            ...{ decided: decidedAt, operator, command: kind, target, verdict, version },
            changed: [...changes.map(lineOf), ...(moreChanges ? [`${moreChanges} more`] : [])].join('\n'),
            reason: [refusal, reason].filter(Boolean).join(' / '),
          }),
        );
        show(command, found, rows);
      }),
    );

  return audit;
}
