/**
 * Keeps one service process going: starts it on demand, notices when it exits or hangs, starts it again, repeats the
 * requests that may be repeated, and resumes the runs that were under way.
 */
import type { Remote } from '../../engine/executors/remote';
import { VitrineError } from '../../model/errors';
import type { RunEvent } from '../../train/runs/run';
import type { Method, Params, Result } from '../protocol';
import { type Role, type ServiceProcess, startProcess } from './childProcess';
import type { RequestOptions } from './client';
import { type GpuRequest, gpuMethod } from './pageGpu';

export interface SupervisorOptions {
  /** The bundled service, dist/service.js. */
  program: string;
  role: Role;
  log(line: string): void;
  onRunEvent?(event: RunEvent): void;
  /** Has the GPU of VS Code's page compute for the process. */
  gpu?: Remote;
  /** The process was lost and is back; which runs go on, and from which epoch. */
  onRestart?(restart: Restart): void;
  env?: NodeJS.ProcessEnv;
  /** At most `times` restarts in `withinMs`; then requests fail until that time has passed. Default 3 in 5 minutes. */
  restarts?: { times: number; withinMs: number };
  /** A process that leaves this many pings in a row unanswered hangs. Counted in pings, not time: laptops sleep. */
  hang?: { pingEveryMs: number; missed: number };
}

export interface Restart {
  /** In words: "was killed (SIGKILL)". */
  reason: string;
  /** Runs that were under way: resumed from this many complete epochs, or why not. */
  runs: readonly { run: string; resumedFrom?: number; error?: string }[];
}

interface ActiveRun {
  id: string;
  experiment: string;
  backend?: string;
  paused: boolean;
  stopping: boolean;
  /** Complete ones. */
  epochs: number;
}

/** What may be asked twice without harm: everything that only reads and computes. */
const idempotent: ReadonlySet<Method> = new Set<Method>([
  'model/read',
  'file/contents',
  'file/graph',
  'model/readSince',
  'experiment/check',
  'checks/list',
  'checks/run',
  'run/list',
  'run/history',
  'run/compare',
  'run/parameters',
  'data/samples',
  'explain',
  'predict',
  'predict/whatIf',
  'filmstrip',
  'engine/backends',
  'engine/info',
]);

export class Supervisor {
  private current: ServiceProcess | undefined;
  private readonly runs = new Map<string, ActiveRun>();
  private restartTimes: number[] = [];
  /** While a lost process is being replaced: requests wait for it. */
  private recovery: Promise<void> | undefined;
  private disposed = false;

  constructor(private readonly options: SupervisorOptions) {}

  /** The process's id, when it runs. */
  get pid(): number | undefined {
    return this.current?.process.pid;
  }

  /** @throws VitrineError as the service threw it; "engine-lost" when the process went and the request cannot be repeated. */
  async request<M extends Method>(
    method: M,
    params: Params<M>,
    options: RequestOptions = {},
  ): Promise<Result<M>> {
    await this.recovery;
    try {
      return await this.ask(method, params, options);
    } catch (e) {
      const lost = e instanceof VitrineError && e.code === 'engine-lost';
      if (!lost || this.disposed || !idempotent.has(method)) throw e;
      await this.recovery;
      return this.ask(method, params, options);
    }
  }

  /** Ends the process; runs that are under way keep their checkpoint. */
  async dispose(): Promise<void> {
    this.disposed = true;
    const { current } = this;
    this.current = undefined;
    if (!current || current.process.exitCode !== null || current.process.signalCode !== null) return;
    const gone = new Promise<void>(resolve => current.process.once('exit', () => resolve()));
    // The service leaves by itself when its parent does, checkpoint first.
    if (current.process.connected) current.process.disconnect();
    const timer = setTimeout(() => current.process.kill('SIGKILL'), 5000);
    await gone;
    clearTimeout(timer);
  }

  private async ask<M extends Method>(
    method: M,
    params: Params<M>,
    options: RequestOptions,
  ): Promise<Result<M>> {
    const { client } = this.start();
    if (method === 'run/start') this.ended.delete((params as Params<'run/start'>).resume ?? '');
    if (method === 'run/stop') this.change((params as Params<'run/stop'>).run, { stopping: true });
    const result = await client.request(method, params, options);
    if (method === 'run/start')
      this.watchRun(params as Params<'run/start'>, (result as Result<'run/start'>).run);
    return result;
  }

  private start(): ServiceProcess {
    if (this.disposed) throw new VitrineError('engine-lost', 'The engine has been shut down.');
    if (this.current) return this.current;
    const { program, role, log, env } = this.options;
    const started = startProcess(program, role, log, env);
    this.current = started;
    started.client.on('run/event', event => this.heard(event));
    const { gpu } = this.options;
    if (gpu)
      started.client.serve(gpuMethod, params => {
        const { method, params: given } = params as GpuRequest;
        return gpu.call(method, given);
      });
    const pings = this.watchForHang(started);
    let over = false;
    const lost = (reason: string) => {
      if (over) return;
      over = true;
      clearInterval(pings);
      started.client.lose(
        new VitrineError(
          'engine-lost',
          `The ${role} process ${reason}. What it was asked for is lost; try again.`,
        ),
      );
      if (this.current !== started) return;
      this.current = undefined;
      if (!this.disposed) this.recover(reason);
    };
    started.process.once('exit', (code, signal) =>
      lost(signal ? `was ended by ${signal}` : `ended with code ${code}`),
    );
    started.process.once('error', e => lost(`could not be started (${e.message})`));
    return started;
  }

  private watchForHang({ process, client }: ServiceProcess): NodeJS.Timeout {
    const { pingEveryMs, missed } = this.options.hang ?? { pingEveryMs: 10_000, missed: 12 };
    let unanswered = 0;
    let waiting = false;
    const timer = setInterval(() => {
      if (++unanswered > missed) {
        this.options.log(`The ${this.options.role} process answers no more; it is ended.`);
        process.kill('SIGKILL');
        return;
      }
      if (waiting) return;
      waiting = true;
      client.ping().then(
        () => {
          unanswered = 0;
          waiting = false;
        },
        () => {},
      );
    }, pingEveryMs);
    timer.unref();
    return timer;
  }

  private recover(reason: string): void {
    this.options.log(`The ${this.options.role} process ${reason}.`);
    const interrupted = [...this.runs.values()].filter(r => !r.stopping);
    this.runs.clear();
    // Without runs there is nothing to do before the next request, which starts the process; but a process that
    // fails at each start must not be started for ever.
    const { times, withinMs } = this.options.restarts ?? { times: 3, withinMs: 5 * 60_000 };
    const now = Date.now();
    this.restartTimes = this.restartTimes.filter(t => now - t < withinMs);
    if (this.restartTimes.length >= times) {
      const message =
        `The ${this.options.role} process was lost ${times + 1} times within ${Math.round(withinMs / 60_000)} minutes ` +
        `(it ${reason}) and is not started again by itself. The log says more; checkpoints are kept.`;
      for (const run of interrupted) this.giveUp(run, message);
      this.restartTimes = [];
      return;
    }
    this.restartTimes.push(now);
    // 0, 1, 2, 4 … seconds: a driver that crashed may need a moment.
    const wait = this.restartTimes.length === 1 ? 0 : 500 * 2 ** (this.restartTimes.length - 1);
    this.recovery = new Promise<void>(resolve => setTimeout(resolve, wait))
      .then(() => this.resumeAll(reason, interrupted))
      .catch(e => this.options.log(`Recovering failed: ${e instanceof Error ? e.message : e}`))
      .finally(() => {
        this.recovery = undefined;
      });
  }

  private async resumeAll(reason: string, interrupted: readonly ActiveRun[]): Promise<void> {
    if (this.disposed) return;
    const runs: { run: string; resumedFrom?: number; error?: string }[] = [];
    for (const run of interrupted) {
      try {
        const resumedFrom = this.nextStartOf(run.id);
        await this.ask(
          'run/start',
          { experiment: run.experiment, resume: run.id, ...(run.backend && { backend: run.backend }) },
          {},
        );
        if (run.paused) await this.ask('run/pause', { run: run.id }, {});
        runs.push({ run: run.id, resumedFrom: await resumedFrom });
      } catch (e) {
        const error = e instanceof Error ? e.message : String(e);
        this.giveUp(run, `The run could not be resumed: ${error}`);
        runs.push({ run: run.id, error });
      }
    }
    this.options.onRestart?.({ reason, runs });
  }

  private readonly starts = new Map<string, (epoch: number) => void>();

  /** The epoch that a run says it goes on from, when it starts. */
  private nextStartOf(run: string): Promise<number> {
    return new Promise(resolve => this.starts.set(run, resolve));
  }

  private heard(event: RunEvent): void {
    if (event.event === 'start') {
      this.starts.get(event.run)?.(event.resumedFrom ?? 0);
      this.starts.delete(event.run);
    } else if (event.event === 'epoch') this.change(event.run, { epochs: event.epoch });
    else if (event.event === 'state') this.change(event.run, { paused: event.state === 'paused' });
    else if (event.event === 'end') {
      this.starts.get(event.run)?.(event.epochs);
      this.starts.delete(event.run);
      if (!this.runs.delete(event.run)) this.ended.add(event.run);
    }
    this.options.onRunEvent?.(event);
  }

  /** Runs whose end was told before the answer to their start arrived. */
  private readonly ended = new Set<string>();

  private watchRun({ experiment, backend }: Params<'run/start'>, id: string): void {
    if (this.ended.delete(id)) return;
    this.runs.set(id, {
      id,
      experiment,
      paused: false,
      stopping: false,
      epochs: 0,
      ...(backend && { backend }),
    });
  }

  private change(id: string, change: Partial<ActiveRun>): void {
    const run = this.runs.get(id);
    if (run) this.runs.set(id, { ...run, ...change });
  }

  /** What the run itself can no longer say. */
  private giveUp({ id: run, backend = '', epochs }: ActiveRun, message: string): void {
    this.options.onRunEvent?.({ event: 'state', run, state: 'failed', message });
    this.options.onRunEvent?.({ event: 'end', run, backend, seconds: 0, epochs, state: 'failed', test: {} });
  }
}
