/** HDF5 files, read in a thread of their own within limits of time and memory. */
import { Worker } from 'node:worker_threads';
import source from 'worker:src/formats/keras/hdf5Worker.ts';
import type { Hdf5Answer, Hdf5Entry, Hdf5Request } from './hdf5Worker';

export class Hdf5Error extends Error {}

/** Everything a file lists. */
export interface Hdf5Contents {
  entries: readonly Hdf5Entry[];
  /** The file's own attributes that are text or numbers. */
  attributes: Readonly<Record<string, string>>;
  /** Names of the weights of a group in their order, by its path. */
  orders: Readonly<Record<string, readonly string[]>>;
}

/** For listing, which reads headers alone, and for the values of one dataset. */
const seconds = { list: 4, read: 60 };
/** A thread that nobody asks anything ends: it holds the file's bytes. */
const idleMs = 3000;

export const isHdf5 = (head: Uint8Array): boolean =>
  [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a].every((b, i) => head[i] === b);

/** One file: one thread for all that is asked of it, one question after the other. */
export class Hdf5 {
  private worker: Worker | undefined;
  private idle: NodeJS.Timeout | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly bytes: Uint8Array) {}

  /** @throws Hdf5Error */
  async list(): Promise<Hdf5Contents> {
    const answer = await this.ask({ list: true });
    if (!('entries' in answer)) throw new Hdf5Error('error' in answer ? answer.error : 'it cannot be listed');
    return answer;
  }

  /** The values of one dataset, row-major. @throws Hdf5Error */
  async read(dataset: string): Promise<Float32Array | Int32Array> {
    const answer = await this.ask({ dataset });
    if (!('data' in answer)) throw new Hdf5Error('error' in answer ? answer.error : 'it cannot be read');
    return answer.data;
  }

  /** Ends the thread; what is asked afterwards starts another. */
  async close(): Promise<void> {
    clearTimeout(this.idle);
    const { worker } = this;
    this.worker = undefined;
    await worker?.terminate();
  }

  private ask(request: Hdf5Request): Promise<Hdf5Answer> {
    const asked = this.last.then(() => this.now(request));
    this.last = asked.catch(() => undefined);
    return asked;
  }

  private now(request: Hdf5Request): Promise<Hdf5Answer> {
    clearTimeout(this.idle);
    this.worker ??= new Worker(source, {
      eval: true,
      workerData: this.bytes,
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 1024 },
    });
    const { worker } = this;
    worker.ref();
    const limit = 'list' in request ? seconds.list : seconds.read;
    return new Promise((done, fail) => {
      const finished = (outcome: Hdf5Answer | Hdf5Error) => {
        clearTimeout(timer);
        for (const [event, listener] of heard) worker.off(event, listener);
        // What an ended thread still has to say is no longer of interest.
        if (outcome instanceof Hdf5Error) worker.on('error', () => undefined);
        if (outcome instanceof Hdf5Error) {
          void this.close();
          return fail(outcome);
        }
        worker.unref();
        this.idle = setTimeout(() => void this.close(), idleMs).unref();
        done(outcome);
      };
      const timer = setTimeout(
        () =>
          finished(new Hdf5Error(`it could not be read within ${limit} s: its parts may hold each other`)),
        limit * 1000,
      );
      const heard: [event: string, listener: (said: unknown) => void][] = [
        ['message', m => finished(m as Hdf5Answer)],
        ['error', e => finished(new Hdf5Error(e instanceof Error ? e.message : String(e)))],
        ['exit', () => finished(new Hdf5Error('its reader ended before it was done'))],
      ];
      for (const [event, listener] of heard) worker.on(event, listener);
      worker.postMessage(request);
    });
  }
}
