/**
 * What runs a plan. An executor compiles it once; the executable that it returns keeps weights and state where the
 * backend computes, and is written to, run and read by buffer names.
 */
import type { Plan } from '../compile/plan';
import type { BackendInfo } from '../engine';

/** gpu.js leaves a loop whose length it cannot tell after 1000 rounds, and says nothing, unless told otherwise. */
export const LONGEST_LOOP = 2 ** 31 - 1;

export interface Executor {
  readonly backend: BackendInfo;
  /** Whether it runs the hand-written kernels that calls may name. */
  readonly fast: boolean;
  compile(plan: Plan): Promise<Executable>;
  /** Why its device answers no more; undefined while it does. */
  lost?(): string | undefined;
  dispose(): Promise<void>;
}

export interface Executable {
  readonly backend: BackendInfo;
  /** What it holds in memory; about as much as its buffers where absent. */
  readonly bytes?: number;
  /** Whether resident buffers are zero until they are written. */
  readonly zeroed?: boolean;
  /** Sets an input or a resident buffer. The data is copied, unless it lies there already (`view`). */
  write(buffer: string, data: Float32Array | Int32Array): void;
  /**
   * Runs the whole plan once, updates included. A promise where that takes more than a call.
   *
   * @param wanted outputs and residents that will be read afterwards, all outputs if absent: what lies on a GPU comes
   *   back only if it is wanted.
   */
  run(wanted?: readonly string[]): Promise<void> | undefined;
  /** Brings more of them within reach of `read`; absent where everything is. */
  fetch?(wanted: readonly string[]): Promise<void>;
  /** A copy of an output or a resident buffer as the last run left it, if it was wanted or fetched since. */
  read(buffer: string): Float32Array;
  /**
   * An input or an output where it lies, as long as the executable is not disposed of; absent where the plan computes
   * in memory that the host does not share. No other buffer lies where an input does.
   */
  view?(buffer: string): Float32Array;
  dispose(): Promise<void>;
}
