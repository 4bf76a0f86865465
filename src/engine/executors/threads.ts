/**
 * Threads that share the work of a plan's steps. They wait for shares of the step at hand, first by looking, then
 * asleep; the thread that runs the plan takes part, and takes the shares of those that come late. What a share computes
 * never depends on how many there are, so neither do the results.
 *
 * All that they say to each other stands in one small shared array. A step is open while its `ticket`, which counts the
 * shares that were taken, is below the number of shares; its upper bits count steps, so that a thread that overslept
 * cannot take a share of another step than it read.
 *
 * A thread may die (out of memory, killed). While it holds no share the others do its part, and it is replaced. With a
 * share it takes the step with it: what was half-written cannot be done again, so that is an error.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import source from 'worker:src/engine/executors/threadWorker.ts';
import { VitrineError } from '../../model/errors';
import type { BoundStep, Program } from './program';
import { Cell, openTicket, STEPS, startOf } from './threadCells';

/** Floating-point operations below which waking others takes longer than they save. */
const WORTH_SHARING = 250_000;
/** More threads than this gain little: all share one memory bus. */
const MOST = 16;

/** Times the thread that runs the plan looks for the others' last share before it sleeps. */
const LOOKS = 50_000;

/**
 * Milliseconds that the thread that runs the plan sleeps for a share. After that it lets its event loop turn between
 * looks: only there it learns of a thread that died.
 */
const PATIENCE = 1000;

/** Threads that die are replaced so often: those that cannot live here are not started for ever. */
const REPLACEMENTS = 8;

/** The number of cores, not of the threads that two of them may offer: those share the unit that multiplies. */
export function physicalCores(): number {
  const all = availableParallelism();
  const cpus = '/sys/devices/system/cpu';
  if (process.platform === 'linux' && existsSync(cpus)) {
    try {
      const siblings = readdirSync(cpus)
        .filter(n => /^cpu\d+$/.test(n))
        .map(n => readFileSync(`${cpus}/${n}/topology/thread_siblings_list`, 'utf8'));
      if (siblings.length > 0) return Math.min(all, new Set(siblings).size);
    } catch {
      // A container may hide it.
    }
  }
  const single = process.platform === 'darwin' && process.arch === 'arm64';
  return single ? all : Math.max(1, all >> 1);
}

/** Whether this process may share memory between threads. */
export function mayThread(): boolean {
  return typeof SharedArrayBuffer === 'function' && typeof Worker === 'function';
}

/**
 * @param asked 0 or undefined: as many as there are cores, up to 8.
 * @throws bad-usage for what is no number of threads.
 */
export function threadCount(asked: number | undefined): number {
  if (asked !== undefined && !(Number.isInteger(asked) && asked >= 0))
    throw new VitrineError(
      'bad-usage',
      `The number of threads is ${asked}; it must be a whole number, 0 or more.`,
    );
  if (!mayThread()) return 1;
  return asked ? Math.min(asked, MOST) : Math.min(physicalCores(), 8);
}

export class ThreadPool {
  private readonly cells = new Int32Array(new SharedArrayBuffer(4 * Cell.count));
  private workers: (Worker | undefined)[] = [];
  private readonly programs = new Map<number, { program: Program; scratch: number; scratchBytes: number }>();
  private nextProgram = 1;
  private step = 0;
  private replacements = REPLACEMENTS;
  /** Threads that have died so far, and what is known of the last of them. */
  private deaths = 0;
  private lastDeath = '';
  private waiting: Promise<void> | undefined;

  /** @param threads at least 2; one of them is the caller's. */
  constructor(
    readonly threads: number,
    private readonly patience = PATIENCE,
  ) {}

  /** Settles when a step that is late is done or lost; no other may be run before. Undefined where none is late. */
  get busy(): Promise<void> | undefined {
    return this.waiting?.catch(() => undefined);
  }

  /** Whether a step is better shared. */
  worth(step: BoundStep): boolean {
    return step.units > 1 && step.units * step.cost >= WORTH_SHARING;
  }

  /**
   * Makes a program known to the threads, which are started now if they were not before.
   *
   * @param scratch where the scratch memory of the first other thread lies
   * @param scratchBytes of each thread
   */
  add(program: Program, scratch: number, scratchBytes: number): number {
    this.start();
    const id = this.nextProgram++;
    this.programs.set(id, { program, scratch, scratchBytes });
    this.workers.forEach((w, i) => {
      w?.postMessage({ id, program, scratch: scratch + i * scratchBytes });
    });
    this.ring();
    return id;
  }

  remove(id: number): void {
    this.programs.delete(id);
    for (const w of this.workers) w?.postMessage({ id });
    this.ring();
  }

  /**
   * Runs one step of a program; returns when all of it is done, or a promise of that where a thread takes long.
   *
   * @throws engine-lost for a thread that failed or died with a share of the step.
   */
  run(program: number, index: number, step: BoundStep, scratch: number): Promise<void> | undefined {
    const { cells } = this;
    const shares = Math.min(this.threads, step.units);
    cells[Cell.program] = program;
    cells[Cell.index] = index;
    cells[Cell.done] = 0;
    this.step = (this.step + 1) % STEPS;
    const ticket = openTicket(this.step, shares);
    Atomics.store(cells, Cell.ticket, ticket);
    if (Atomics.load(cells, Cell.asleep) > 0) Atomics.notify(cells, Cell.ticket);
    let own = 0;
    for (;;) {
      const share = Atomics.add(cells, Cell.ticket, 1) - ticket;
      if (share >= shares) break;
      step.share(startOf(step.units, shares, share), startOf(step.units, shares, share + 1), scratch);
      own++;
    }
    if (own < shares) {
      let looks = 0;
      let until = 0;
      for (;;) {
        const done = Atomics.load(cells, Cell.done);
        if (done + own >= shares) break;
        if (looks++ < LOOKS) continue;
        Atomics.wait(cells, Cell.done, done, 2);
        until ||= performance.now() + this.patience;
        if (performance.now() > until) {
          this.waiting = this.late(shares - own).finally(() => {
            this.waiting = undefined;
          });
          return this.waiting;
        }
      }
    }
    this.checkFailed();
    return undefined;
  }

  async dispose(): Promise<void> {
    const { workers } = this;
    this.workers = [];
    this.programs.clear();
    await Promise.all(workers.map(w => w?.terminate()));
  }

  private checkFailed(): void {
    const { cells } = this;
    if (!cells[Cell.failed]) return;
    cells[Cell.failed] = 0;
    throw new VitrineError(
      'engine-lost',
      'A thread of the engine failed in the middle of a step, whose numbers are lost. Start again from the last checkpoint; with one thread ("vitrine.training.threads": 1, or --threads 1) nothing is shared.',
    );
  }

  /** Waits for the other threads' shares while the event loop turns. */
  private async late(others: number): Promise<void> {
    const { cells, workers } = this;
    const before = this.deaths;
    for (;;) {
      // One that died is known before the loop turns again; what it had finished is counted.
      const died = this.deaths > before || this.workers !== workers;
      if (Atomics.load(cells, Cell.done) >= others) return this.checkFailed();
      if (died) {
        const why = this.lastDeath || 'the engine was closed';
        throw new VitrineError(
          'engine-lost',
          `A thread of the engine ended in the middle of a step (${why}), whose numbers are lost. Start again from the last checkpoint; if it happens again, take a smaller batch or one thread ("vitrine.training.threads": 1, or --threads 1).`,
        );
      }
      await new Promise(turn => setTimeout(turn, 5));
    }
  }

  /** Has sleeping threads read their messages. */
  private ring(): void {
    Atomics.add(this.cells, Cell.mail, 1);
    Atomics.notify(this.cells, Cell.ticket);
  }

  private start(): void {
    while (this.workers.length < this.threads - 1) this.workers.push(this.open(this.workers.length));
  }

  private open(at: number): Worker {
    const worker = new Worker(source, {
      eval: true,
      name: 'vitrine-engine',
      workerData: { cells: this.cells },
    });
    let why = '';
    worker.on('error', e => {
      why = e instanceof Error ? e.message : String(e);
    });
    worker.on('exit', code => {
      if (this.workers[at] !== worker) return;
      this.deaths++;
      this.lastDeath = why || `exit code ${code}`;
      this.workers[at] = undefined;
      if (this.replacements-- > 0) this.workers[at] = this.open(at);
    });
    // A process that is done need not wait for threads.
    worker.unref();
    for (const [id, { program, scratch, scratchBytes }] of this.programs)
      worker.postMessage({ id, program, scratch: scratch + at * scratchBytes });
    return worker;
  }
}
