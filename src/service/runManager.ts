/** The runs that are under way in this process. */
import type { Engine } from '../engine/engine';
import { VitrineError } from '../model/errors';
import { launch } from '../train/launch';
import { RunControl } from '../train/loop/control';
import type { RunEvent } from '../train/runs/run';
import type { Params } from './protocol';

export class RunManager {
  private readonly active = new Map<string, RunControl>();
  /** Settle when a run has let go of its files and memory, shortly after its end was told. */
  private readonly released = new Map<string, Promise<unknown>>();
  private readonly shutdown = new AbortController();

  constructor(
    private readonly options: {
      distFolder: string;
      engineFor(backend: string | undefined): Promise<Engine>;
      onEvent(event: RunEvent): void;
      /** Hears of unexpected errors, with their stack. */
      log(text: string): void;
    },
  ) {}

  /** @returns the run's id, once it is under way. */
  async start(
    params: Params<'run/start'>,
    signal: AbortSignal,
    onProgress?: (done: number) => void,
  ): Promise<string> {
    if (params.resume !== undefined && this.active.has(params.resume))
      throw new VitrineError('bad-request', `Run ${params.resume} is under way already.`);
    await this.released.get(params.resume ?? '');
    const control = new RunControl();
    const { distFolder, engineFor, onEvent, log } = this.options;
    const { run, done } = await launch({
      ...params,
      distFolder,
      engineFor,
      signal,
      ...(onProgress && { onData: ({ done, total }) => onProgress(done / Math.max(1, total)) }),
      control,
      onEvent: event => {
        // Who hears of the end may resume the run at once.
        if (event.event === 'end') this.active.delete(event.run);
        onEvent(event);
      },
      stopSignal: this.shutdown.signal,
    });
    this.active.set(run, control);
    const released = done
      .catch(e => {
        // The run's own events tell the user; what is no VitrineError is a fault of ours.
        if (!(e instanceof VitrineError)) log(e instanceof Error ? (e.stack ?? e.message) : String(e));
      })
      .finally(() => {
        this.active.delete(run);
        this.released.delete(run);
      });
    this.released.set(run, released);
    return run;
  }

  stop(run: string): void {
    this.control(run).stop();
  }

  pause(run: string): void {
    this.control(run).pause();
  }

  continue(run: string): void {
    this.control(run).continue();
  }

  setLearningRate(run: string, learningRate: number): void {
    if (typeof learningRate !== 'number' || !(learningRate > 0) || !Number.isFinite(learningRate))
      throw new VitrineError(
        'bad-request',
        `The learning rate is ${learningRate}; expected a number greater than 0.`,
      );
    this.control(run).setLearningRate(learningRate);
  }

  /** Ends all runs with a checkpoint. */
  async stopAll(): Promise<void> {
    this.shutdown.abort();
    await Promise.allSettled(this.released.values());
  }

  private control(run: string): RunControl {
    const found = this.active.get(run);
    if (!found) throw new VitrineError('bad-request', `Run ${run} is not under way.`);
    return found;
  }
}
