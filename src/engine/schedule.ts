/** What a learning rate schedule is: one file in engine/schedules/ that exports `schedule`. */

export interface ScheduleDefinition {
  /** PyTorch's class, e.g. "StepLR". */
  name: string;
  torch: string;
  summary: string;
  formula: string;
  paper?: { authors: string; year: number; title: string; url: string };
  /** TypeBox object schema of its options, with PyTorch's names and defaults. */
  options: unknown;
  /** How often it advances where the experiment does not say: after each epoch, as is usual, or after each step. */
  per: 'epoch' | 'step';
  create(options: ScheduleOptions, context: ScheduleContext): Schedule;
}

export type ScheduleOptions = Readonly<Record<string, unknown>>;

export interface ScheduleContext {
  /** How often it will have advanced when the run ends: the epochs, or the steps, of the whole run. */
  total: number;
  /** Makes the schedules that it is composed of. */
  create(spec: ScheduleOptions, total: number): Schedule;
}

export interface Schedule {
  /**
   * The learning rate after it advanced `t` times.
   * @param base what the optimiser, or the group of parameters, starts with
   */
  rate(base: number, t: number): number;
  /** The momentum (β₁ of Adam and its like), where the schedule decides it, too. */
  momentum?(t: number): number;
  /** Hears of a metric after each epoch. */
  observe?(value: number): void;
  /** Which metric: the validation loss if absent. */
  monitor?: string;
  /** What it learned from metrics: numbers that `restore` takes, so that a resumed run goes on alike. */
  state?(): Readonly<Record<string, number>>;
  restore?(state: Readonly<Record<string, number>>): void;
}
