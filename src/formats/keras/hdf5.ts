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

export const isHdf5 = (head: Uint8Array): boolean =>
  [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a].every((b, i) => head[i] === b);

/** @throws Hdf5Error */
export async function listHdf5(bytes: Uint8Array): Promise<Hdf5Contents> {
  const answer = await ask({ bytes });
  if (!('entries' in answer)) throw new Hdf5Error('error' in answer ? answer.error : 'it cannot be listed');
  return answer;
}

/** The values of one dataset, row-major. @throws Hdf5Error */
export async function readHdf5(bytes: Uint8Array, dataset: string): Promise<Float32Array | Int32Array> {
  const answer = await ask({ bytes, dataset });
  if (!('data' in answer)) throw new Hdf5Error('error' in answer ? answer.error : 'it cannot be read');
  return answer.data;
}

function ask(request: Hdf5Request): Promise<Hdf5Answer> {
  const limit = request.dataset === undefined ? seconds.list : seconds.read;
  return new Promise((done, fail) => {
    const worker = new Worker(source, {
      eval: true,
      workerData: request,
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 1024 },
    });
    const timer = setTimeout(
      () => finished(new Hdf5Error(`it could not be read within ${limit} s: its parts may hold each other`)),
      limit * 1000,
    );
    const finished = (outcome: Hdf5Answer | Error) => {
      clearTimeout(timer);
      void worker.terminate();
      if (outcome instanceof Error) fail(outcome);
      else done(outcome);
    };
    worker.on('message', (m: Hdf5Answer) => finished(m));
    worker.on('error', e => finished(new Hdf5Error(e.message)));
    worker.on('exit', () => finished(new Hdf5Error('its reader ended before it was done')));
  });
}
