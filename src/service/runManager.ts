/** The runs that are under way in this process. */
import type { Engine } from '../engine/engine';
import { VitrineError } from '../model/errors';
import { RunControl } from '../train/control';
import { launch } from '../train/launch';
import type { RunEvent } from '../train/run';
import type { Params } from './protocol';

export class RunManager {
  private readonly active = new Map<string, { control: RunControl; done: Promise<unknown> }>();
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
  async start(params: Params<'run/start'>, signal: AbortSignal): Promise<string> {
    if (params.resume !== undefined && this.active.has(params.resume))
      throw new VitrineError('bad-request', `Run ${params.resume} is under way already.`);
    const control = new RunControl();
    const { distFolder, engineFor, onEvent, log } = this.options;
    const { run, done } = await launch({
      ...params,
      distFolder,
      engineFor,
      signal,
      control,
      onEvent,
      stopSignal: this.shutdown.signal,
    });
    const settled = done
      .catch(e => {
        // The run's own events tell the user; what is no VitrineError is a fault of ours.
        if (!(e instanceof VitrineError)) log(e instanceof Error ? (e.stack ?? e.message) : String(e));
      })
      .finally(() => this.active.delete(run));
    this.active.set(run, { control, done: settled });
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

  /** Ends all runs with a checkpoint. */
  async stopAll(): Promise<void> {
    this.shutdown.abort();
    await Promise.allSettled([...this.active.values()].map(r => r.done));
  }

  private control(run: string): RunControl {
    const found = this.active.get(run);
    if (!found) throw new VitrineError('bad-request', `Run ${run} is not under way.`);
    return found.control;
  }
}
