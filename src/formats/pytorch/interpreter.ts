/** The thread that runs a workspace's Python: started when it is first asked, ended when it hangs or has grown too large. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { Diagnostic } from '../../model/graph';
import type { ReadModel } from '../_format';
import type { TrainingRead } from './assemble';
import { type Retold, withModels } from './retold';
import { SourceText } from './source';
import type { WorkerData, WorkerRequest } from './worker';

/** A request with all of its texts. */
export type Asked = Omit<WorkerRequest, 'files'> & { files: Readonly<Record<string, string>> };

/** What the interpreter found. */
export interface Answer {
  /** The request that it answers: with the files that say how classes are made. */
  asked: Asked;
  result: Record<string, ReadModel>;
  /** What it found of the file as a whole, without places. */
  findings: string;
  /** Classes whose making other files may know more of. */
  open: string;
  training?: TrainingRead;
  /** Why an edit was not read by itself, and whether it is no Python. */
  refused?: string;
  broken?: boolean;
}

/** An answer as the thread sends it. */
type Message = Partial<Omit<Answer, 'result'>> & {
  id?: number;
  result?: Record<string, Retold>;
  fatal?: string;
  full?: boolean;
};

export interface InterpreterOptions {
  distFolder: string;
  timeoutMs: number;
  memoryMb: number;
}

/** How long a reading that nobody waits for may go on: shorter than a new interpreter takes to start. */
const graceMs = 2000;

interface Started {
  worker: Worker;
  /** Settles when the interpreter stands. */
  ready: Promise<void>;
  /** How many wait for something of it: while there is one, it keeps the process alive. */
  waiting: number;
}

function wait(started: Started): void {
  if (started.waiting++ === 0) started.worker.ref();
}

/** A waiting interpreter keeps no process alive; one that reads has its time limit to do so. */
function release(started: Started): void {
  if (--started.waiting === 0) started.worker.unref();
}

export class Interpreter {
  private current: Started | undefined;
  private disposed = false;
  /** Interpreters that have read a file, with the texts that they were given last. */
  private readonly served = new WeakMap<Worker, Readonly<Record<string, string>>>();
  /** Settles when the interpreter has no reading left that nobody waits for. */
  private busy: Promise<void> = Promise.resolve();

  constructor(private readonly options: InterpreterOptions) {}

  /** Starts it, so that the first read does not wait for it. */
  async warm(): Promise<void> {
    const started = this.start();
    wait(started);
    await started.ready.finally(() => release(started));
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    await this.end();
  }

  private start(): Started {
    if (this.current) return this.current;
    const { distFolder, memoryMb } = this.options;
    const worker = new Worker(join(distFolder, 'python.js'), {
      workerData: { distFolder, memoryMb } satisfies WorkerData,
      env: {},
      execArgv: [],
      stdout: true,
      stderr: true,
      // What one answer is made of dies with it: where it fits the young generation, it is not moved on.
      resourceLimits: { stackSizeMb: 8, maxYoungGenerationSizeMb: 64 },
    });
    const ready = new Promise<void>((done, fail) => {
      const failed = (why: string) =>
        fail(new VitrineError('engine-lost', `The reader of PyTorch source did not start: ${why}`));
      worker.on('message', (m: { ready?: true; failed?: string }) => {
        if (m.ready) done();
        if (m.failed) failed(m.failed);
      });
      worker.on('error', e => failed(e.message));
      worker.on('exit', () => failed('its thread ended'));
    });
    ready.catch(() => {});
    worker.unref();
    const started = { worker, ready, waiting: 0 };
    worker.on('exit', () => {
      if (this.current === started) this.current = undefined;
    });
    this.current = started;
    return started;
  }

  /** Waits for a reading that was cancelled, and ends the interpreter if it does not end soon. */
  private async settle(started: Started, id: number): Promise<void> {
    const { worker } = started;
    const ended = await new Promise<boolean>(done => {
      const timer = setTimeout(() => finished(false), graceMs);
      const onMessage = (m: { id?: number; fatal?: string }) => {
        if (m.id === id) finished(m.fatal === undefined);
      };
      const onLost = () => finished(false);
      const finished = (well: boolean) => {
        clearTimeout(timer);
        release(started);
        worker.off('message', onMessage).off('error', onLost).off('exit', onLost);
        done(well);
      };
      wait(started);
      worker.on('message', onMessage).on('error', onLost).on('exit', onLost);
    });
    if (!ended && this.current === started) await this.end();
  }

  private async end(): Promise<void> {
    const { current } = this;
    this.current = undefined;
    if (!current) return;
    // Who waits for its end is told of it even if a reading ends meanwhile that nobody waits for.
    wait(current);
    await current.worker.terminate();
  }

  /**
   * @param before where `request.again` asks for what is new since: the models as they were answered.
   * @throws VitrineError cancelled, engine-lost.
   */
  async ask(
    request: Asked,
    file: string,
    text: string,
    signal: AbortSignal | undefined,
    before: Readonly<Record<string, ReadModel>> = {},
  ): Promise<Answer> {
    await this.busy;
    throwIfCancelled(signal);
    const interpreter = this.start();
    const { worker, ready } = interpreter;
    wait(interpreter);
    await ready.finally(() => release(interpreter));
    throwIfCancelled(signal);
    const started = performance.now();
    const given = this.served.get(worker);
    this.served.set(worker, request.files);
    let full = false;
    type Outcome = { answer: Answer } | { stopped: 'time' | 'lost' | 'cancelled' };
    const outcome = await new Promise<Outcome>(done => {
      const forget = afterWork(this.options.timeoutMs, () => finished({ stopped: 'time' }));
      const onMessage = (m: Message) => {
        if (m.id !== request.id) return;
        full = m.full === true;
        const result = m.result && withModels(m.result, before);
        finished(
          m.result
            ? {
                answer: {
                  asked: request,
                  result: result ?? {},
                  findings: m.findings ?? '',
                  open: m.open ?? '',
                  ...(m.training && { training: m.training }),
                  ...(m.refused !== undefined && { refused: m.refused, broken: m.broken === true }),
                  ...(!result && { refused: 'its models are not known' }),
                },
              }
            : { stopped: 'lost' },
        );
      };
      const onLost = () => finished({ stopped: 'lost' });
      const onAbort = () => finished({ stopped: 'cancelled' });
      const finished = (o: Outcome) => {
        forget();
        release(interpreter);
        worker.off('message', onMessage).off('error', onLost).off('exit', onLost);
        signal?.removeEventListener('abort', onAbort);
        done(o);
      };
      worker.on('message', onMessage).on('error', onLost).on('exit', onLost);
      signal?.addEventListener('abort', onAbort);
      wait(interpreter);
      worker.postMessage({ ...request, files: since(given, request.files) });
    });
    if ('answer' in outcome) {
      if (full) await this.end();
      return outcome.answer;
    }
    if (outcome.stopped === 'cancelled') {
      // One who types cancels with every key: a reading that ends by itself costs less than a new interpreter.
      this.busy = this.settle(interpreter, request.id);
      throwIfCancelled(signal);
    }
    // Python cannot be interrupted from outside: its thread goes, and a fresh one is started for who comes next.
    await this.end();
    // What filled the memory may have been other files: only a fresh interpreter can tell.
    if (outcome.stopped === 'lost' && given && !this.disposed)
      return this.ask(request, file, text, signal, before);
    const diagnostics = [this.stopped(outcome.stopped, file, text)];
    return {
      asked: request,
      result: { '': { diagnostics, milliseconds: performance.now() - started } },
      findings: '',
      open: '',
    };
  }

  private stopped(why: 'time' | 'lost' | 'cancelled', file: string, text: string): Diagnostic {
    const seconds = this.options.timeoutMs / 1000;
    return {
      ...new SourceText(file, text).range(0, 0),
      severity: 'error',
      code: why === 'time' ? 'time-limit' : 'memory-limit',
      message:
        why === 'time'
          ? `Reading took longer than ${seconds} s and was stopped. Is there a loop at the top of the file or in a ` +
            'constructor that does not end, or that trains?'
          : `Reading used up the memory of ${this.options.memoryMb} MB (or its stack) and was stopped. Is there a very ` +
            'large list, or a recursion without an end?',
    };
  }
}

/** Texts, but null for those that were given before as they are. */
function since(
  before: Readonly<Record<string, string>> | undefined,
  files: Readonly<Record<string, string>>,
): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, before?.[name] === text ? null : text]),
  );
}

/** How many times as long a reading may take where other programs keep the processor busy. */
const longest = 6;

/**
 * Calls once this process has worked for so long, and not before so much time has passed: a busy machine is no fault of
 * the file that is read.
 *
 * @returns what forgets it.
 */
function afterWork(ms: number, done: () => void): () => void {
  const before = process.cpuUsage();
  const started = performance.now();
  let timer = setTimeout(look, ms);
  return () => clearTimeout(timer);

  function look(): void {
    const { user, system } = process.cpuUsage(before);
    const left = ms - (user + system) / 1000;
    if (left <= 0 || performance.now() - started >= longest * ms) done();
    else timer = setTimeout(look, Math.min(left, ms) + 50);
  }
}
