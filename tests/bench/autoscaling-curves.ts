export interface ArrivalCurve {
  readonly title: string;
  readonly seconds: number;
  /** Jobs arriving in the second `at`. */
  readonly arrivals: (at: number) => number;
  /** The least tasks of the service, where it is not the stage's that matters. */
  readonly minTasks?: number;
}

const hour = 3_600;

/** The loads a game sees, in units of what one task ends in a second. */
export function arrivalCurves(jobsPerTaskSecond: number): ArrivalCurve[] {
  const tasks = (count: number) => count * jobsPerTaskSecond;
  return [
    {
      title: 'launch: ×20 within a minute, for half an hour',
      seconds: hour,
      arrivals: (at) => {
        const calm = 0.5;
        const rise = Math.min(1, Math.max(0, (at - 600) / 60));
        return tasks(at < 2_400 ? calm * (1 + 19 * rise) : calm);
      },
    },
    {
      title: 'a day: from 0.3 to 8 tasks of load and back',
      seconds: 24 * hour,
      arrivals: (at) => tasks(4.15 - 3.85 * Math.cos((2 * Math.PI * at) / (24 * hour))),
    },
    {
      title: 'drain: 10 minutes of jobs waiting, then little',
      seconds: hour,
      arrivals: (at) => tasks(at === 300 ? 600 * 4 : 0.3),
    },
    {
      title: 'from rest: no task and nobody, a quarter of an hour of 1.5 tasks of load, nobody again',
      seconds: hour,
      minTasks: 0,
      arrivals: (at) => (at >= 600 && at < 1_500 ? tasks(1.5) : 0),
    },
  ];
}
