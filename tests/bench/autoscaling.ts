import { production } from '../../infra/aws/stages.ts';
import { targetBacklogPerTask } from '../../infra/aws/workers/scaling-policy.ts';
import { queues } from '../../jobs/catalogue.ts';
import { queueNames } from '../../jobs/contract.ts';
import { arrivalCurves } from './autoscaling-curves.ts';
import { picture, summary } from './autoscaling-report.ts';
import { cpuScaler, loadScaler } from './autoscaling-scalers.ts';
import { simulate } from './autoscaling-simulation.ts';

export const usage = `npm run bench -- autoscaling [QUEUE]

Replays arrival curves against the scaling policy of the production stage as CloudWatch and ECS would evaluate it, and
against CPU tracking at 60 %, the usual choice, and at 30 %, which somebody would have to know. Prints waits, tasks and a picture of each. QUEUE: session-creation.`;

/** Share of a core one busy worker uses: most of a job is waiting for the stores. */
const busyCpu = 0.45;

export async function run([queue = 'session-creation']: readonly string[]): Promise<void> {
  const name = queueNames.find((it) => it === queue);
  if (!name) throw new Error(`no queue ${queue}; one of ${queueNames.join(', ')}`);
  const settings = production.services[name];
  const target = targetBacklogPerTask(queues[name].concurrency, settings);
  const jobsPerTaskSecond = (queues[name].concurrency * 1_000) / settings.jobMs;
  console.log(
    `${name}: concurrency ${queues[name].concurrency} × ${settings.acceptableWaitSeconds} s ÷ ${settings.jobMs} ms = ` +
      `${target} jobs waiting per task; one task ends ${Math.round(jobsPerTaskSecond)} jobs/s; ` +
      `${settings.minTasks} to ${settings.maxTasks} tasks, ready 45 s after they were ordered\n`,
  );
  for (const { title, seconds, arrivals, minTasks = settings.minTasks } of arrivalCurves(jobsPerTaskSecond)) {
    const bounds = { minTasks, maxTasks: settings.maxTasks };
    for (const [policy, scaler] of [
      ['load', loadScaler(target, bounds)],
      ['CPU 60 %', cpuScaler(0.6, bounds)],
      ['CPU 30 %', cpuScaler(0.3, bounds)],
    ] as const) {
      const steps = simulate({ seconds, arrivals, jobsPerTaskSecond, busyCpu, scaler, minTasks });
      console.log(`${title}, scaled on ${policy}: ${summary(steps, settings.acceptableWaitSeconds)}`);
      console.log(`${picture(steps)}\n`);
    }
  }
}
