/**
 * An executor whose device is in another process: plans go there once, then feeds, and what is read comes back. The
 * page of VS Code that has the user's GPU is such a place (media/gpu). Weights and state stay there.
 */

import { VitrineError } from '../../model/errors';
import type { Plan } from '../compile/plan';
import type { BackendInfo, BackendName } from '../engine';
import { lostError } from '../gpu/device';
import type { Executable, Executor } from './executor';
import { withGuards } from './guarded';

/** A plan as messages carry it: without Maps. */
export type PlanOnWire = Omit<Plan, 'sizes' | 'constants'> & {
  sizes: [string, number][];
  constants: [string, Float32Array][];
};

type Data = Float32Array | Int32Array;

/** method -> [parameters, result]. `executable` is a number that the asking side chose. */
export interface RemoteCalls {
  open: [null, { executor: string; emulated: boolean }];
  compile: [{ executable: number; plan: PlanOnWire }, null];
  run: [
    { executable: number; writes: [string, Data][]; wanted: readonly string[] | null },
    { values: [string, Float32Array][] },
  ];
  fetch: [
    { executable: number; writes: [string, Data][]; wanted: readonly string[] },
    { values: [string, Float32Array][] },
  ];
  dispose: [{ executable: number }, null];
}
export type RemoteMethod = keyof RemoteCalls;

/** What the other side answers: `lost` where the device is gone, `refused` where it says no in words for the user. */
export type RemoteAnswer<M extends RemoteMethod = RemoteMethod> =
  | { result: RemoteCalls[M][1] }
  | { lost: string }
  | { refused: string }
  | { error: string };

export interface Remote {
  call<M extends RemoteMethod>(method: M, params: RemoteCalls[M][0]): Promise<RemoteAnswer<M>>;
}

export function toWire(plan: Plan): PlanOnWire {
  return { ...plan, sizes: [...plan.sizes], constants: [...plan.constants] };
}

export function fromWire(plan: PlanOnWire): Plan {
  return { ...plan, sizes: new Map(plan.sizes), constants: new Map(plan.constants) };
}

/** @returns the executor, or in a sentence why there is none. */
export async function remoteExecutor(name: BackendName, remote: Remote): Promise<Executor | string> {
  const opened = await remote.call('open', null);
  if ('lost' in opened) return opened.lost;
  if ('refused' in opened) return opened.refused;
  if ('error' in opened) return opened.error;
  const { executor, emulated } = opened.result;
  const backend: BackendInfo = { name, executor, threads: 1, ...(emulated && { emulated }) };
  const device = new RemoteDevice(name, remote);
  return {
    backend,
    fast: false,
    compile: given =>
      withGuards(given, async plan => {
        const executable = device.next();
        await device.call('compile', { executable, plan: toWire(plan) });
        return new RemoteExecutable(backend, device, executable, plan);
      }),
    lost: () => device.lost,
    dispose: async () => {},
  };
}

class RemoteDevice {
  lost: string | undefined;
  private count = 0;

  constructor(
    private readonly name: BackendName,
    private readonly remote: Remote,
  ) {}

  next(): number {
    return ++this.count;
  }

  async call<M extends RemoteMethod>(method: M, params: RemoteCalls[M][0]): Promise<RemoteCalls[M][1]> {
    if (this.lost !== undefined) throw lostError(this.name, this.lost);
    const answer = await this.remote.call(method, params);
    if ('result' in answer) return answer.result;
    if ('lost' in answer) {
      this.lost = answer.lost;
      throw lostError(this.name, answer.lost);
    }
    if ('refused' in answer) throw new VitrineError('bad-request', answer.refused);
    throw new Error(`the backend "${this.name}" failed: ${answer.error}`);
  }
}

class RemoteExecutable implements Executable {
  private readonly writes = new Map<string, Data>();
  private readonly values = new Map<string, Float32Array>();

  constructor(
    readonly backend: BackendInfo,
    private readonly device: RemoteDevice,
    private readonly executable: number,
    private readonly plan: Plan,
  ) {}

  write(buffer: string, data: Data): void {
    this.writes.set(buffer, data.slice());
    this.values.delete(buffer);
  }

  async run(wanted?: readonly string[]): Promise<void> {
    this.values.clear();
    const { values } = await this.device.call('run', {
      executable: this.executable,
      writes: this.takeWrites(),
      wanted: wanted ?? null,
    });
    for (const [buffer, data] of values) this.values.set(buffer, data);
  }

  async fetch(wanted: readonly string[]): Promise<void> {
    const missing = wanted.filter(b => !this.values.has(b));
    if (missing.length === 0) return;
    const { values } = await this.device.call('fetch', {
      executable: this.executable,
      writes: this.takeWrites(),
      wanted: missing,
    });
    for (const [buffer, data] of values) this.values.set(buffer, data);
  }

  read(buffer: string): Float32Array {
    const data = this.values.get(buffer);
    if (data) return data.slice();
    if (this.plan.sizes.get(buffer) === 0) return new Float32Array(0);
    throw new Error(`"${buffer}" was not fetched`);
  }

  async dispose(): Promise<void> {
    this.writes.clear();
    this.values.clear();
    // One that is lost has nothing to let go of.
    if (this.device.lost === undefined)
      await this.device.call('dispose', { executable: this.executable }).catch(() => {});
  }

  private takeWrites(): [string, Data][] {
    const all = [...this.writes];
    this.writes.clear();
    return all;
  }
}
