/**
 * Threads that share the work of a plan's steps. They wait for shares of the step at hand, first by looking, then
 * asleep; the thread that runs the plan takes part, and takes the shares of those that come late. What a share computes
 * never depends on how many there are, so neither do the results.
 *
 * All that they say to each other stands in one small shared array. A step is open while its `ticket`, which counts the
 * shares that were taken, is below the number of shares; its upper bits count steps, so that a thread that overslept
 * cannot take a share of another step than it read.
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
  private workers: Worker[] = [];
  private nextProgram = 1;
  private step = 0;

  /** @param threads at least 2; one of them is the caller's. */
  constructor(readonly threads: number) {}

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
    this.workers.forEach((w, i) => {
      w.postMessage({ id, program, scratch: scratch + i * scratchBytes });
    });
    this.ring();
    return id;
  }

  remove(id: number): void {
    for (const w of this.workers) w.postMessage({ id });
    this.ring();
  }

  /** Runs one step of a program; returns when all of it is done. */
  run(program: number, index: number, step: BoundStep, scratch: number): void {
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
      for (;;) {
        const done = Atomics.load(cells, Cell.done);
        if (done + own >= shares) break;
        if (looks++ < LOOKS) continue;
        Atomics.wait(cells, Cell.done, done, 2);
      }
    }
    if (cells[Cell.failed]) {
      cells[Cell.failed] = 0;
      throw new Error('a thread of the engine failed');
    }
  }

  async dispose(): Promise<void> {
    const { workers } = this;
    this.workers = [];
    await Promise.all(workers.map(w => w.terminate()));
  }

  /** Has sleeping threads read their messages. */
  private ring(): void {
    Atomics.add(this.cells, Cell.mail, 1);
    Atomics.notify(this.cells, Cell.ticket);
  }

  private start(): void {
    while (this.workers.length < this.threads - 1) {
      const worker = new Worker(source, {
        eval: true,
        name: 'vitrine-engine',
        workerData: { cells: this.cells },
      });
      // A process that is done need not wait for threads.
      worker.unref();
      this.workers.push(worker);
    }
  }
}
