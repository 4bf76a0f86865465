/** Makes the schedule that a run's recipe names, and asks it for learning rates. */
import type { TObject } from '@sinclair/typebox';
import { VitrineError } from '../model/errors';
import { completeOptions, requireSchedule } from './definitions';
import type { Schedule, ScheduleOptions } from './schedule';

/** `name` and the schedule's options, and `per`: "epoch" or "step". */
export type ScheduleSpec = Readonly<{ name: string; per?: 'epoch' | 'step'; [option: string]: unknown }>;

export class ScheduleRunner {
  private readonly schedule: Schedule;
  private readonly perStep: boolean;

  /**
   * @param run how many epochs the run has, and how many steps of the optimiser each of them.
   * @throws bad-experiment
   */
  constructor(spec: ScheduleSpec, run: { epochs: number; stepsPerEpoch: number }) {
    const definition = requireSchedule(spec.name);
    this.perStep = (spec.per ?? definition.per) === 'step';
    this.schedule = create(spec, this.perStep ? run.epochs * run.stepsPerEpoch : run.epochs);
  }

  /** @param epoch complete epochs. @param step complete steps of the optimiser since the start of the run. */
  rate(base: number, epoch: number, step: number): number {
    return this.schedule.rate(base, this.perStep ? step : epoch);
  }

  /** undefined where the schedule leaves it to the optimiser. */
  momentum(epoch: number, step: number): number | undefined {
    return this.schedule.momentum?.(this.perStep ? step : epoch);
  }

  get monitor(): string | undefined {
    return this.schedule.monitor;
  }

  observe(value: number): void {
    this.schedule.observe?.(value);
  }

  state(): Readonly<Record<string, number>> | undefined {
    return this.schedule.state?.();
  }

  restore(state: Readonly<Record<string, number>>): void {
    this.schedule.restore?.(state);
  }
}

function create(spec: ScheduleOptions, total: number): Schedule {
  const { name, per: _, ...given } = spec;
  if (typeof name !== 'string')
    throw new VitrineError('bad-experiment', 'Each schedule needs a "name", e.g. { "name": "LinearLR" }.');
  const definition = requireSchedule(name);
  const options = completeOptions<ScheduleOptions>(
    `The schedule "${name}"`,
    definition.options as TObject,
    given,
  );
  checkSequence(name, options);
  return definition.create(options, { total, create });
}

function checkSequence(name: string, { schedules, milestones }: ScheduleOptions): void {
  if (name !== 'SequentialLR') return;
  const [parts, times] = [schedules as readonly ScheduleOptions[], milestones as readonly number[]];
  const wrong =
    times.length !== parts.length - 1
      ? `${parts.length} schedules need ${parts.length - 1} milestones, but there are ${times.length}`
      : times.some((m, i) => i > 0 && m <= times[i - 1]!)
        ? 'the milestones must rise'
        : parts.some(p => p['name'] === 'ReduceLROnPlateau' || p['name'] === 'SequentialLR')
          ? 'ReduceLROnPlateau and SequentialLR cannot be part of it'
          : undefined;
  if (wrong) throw new VitrineError('bad-experiment', `The schedule "SequentialLR": ${wrong}.`);
}
