/** Reads `run.json` as found on disk: nothing in it is believed that was not checked. */
import type { RunRecord, RunState } from '../../train/runs/run';

const states: readonly RunState[] = ['running', 'paused', 'finished', 'stopped', 'failed'];

/** The record, or undefined where the text is none. */
export function parseRecord(text: string): RunRecord | undefined {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(found)) return undefined;
  const { id, started, state, experiment, model } = found;
  if (typeof id !== 'string' || !/^[\w.-]+$/.test(id) || typeof started !== 'string') return undefined;
  if (!states.includes(state as RunState) || typeof experiment !== 'string' || !isRecord(model))
    return undefined;
  const optionalText = (key: string) => (typeof found[key] === 'string' ? { [key]: found[key] } : {});
  return {
    id,
    ...optionalText('name'),
    started,
    ...optionalText('ended'),
    state: state as RunState,
    experiment,
    model: {
      file: typeof model['file'] === 'string' ? model['file'] : '',
      class: typeof model['class'] === 'string' ? model['class'] : '',
      parameters: finite(model['parameters']),
    },
    seed: finite(found['seed']),
    backend: typeof found['backend'] === 'string' ? found['backend'] : '',
    epochs: finite(found['epochs']),
    epochsDone: finite(found['epochsDone']),
    dataHash: typeof found['dataHash'] === 'string' ? found['dataHash'] : '',
    ...(isRecord(found['test']) ? { test: numbers(found['test']) } : {}),
    ...optionalText('message'),
    ...(Number.isInteger(found['pid']) ? { pid: found['pid'] as number } : {}),
  };
}

/** The measure that a run is known by: accuracy if it has one, else its loss. */
export function headline(
  metrics: Readonly<Record<string, number>> | undefined,
): { name: string; value: number } | undefined {
  if (!metrics) return undefined;
  for (const name of ['accuracy', 'r2', 'rmse', 'mse', 'loss']) {
    const value = metrics[name];
    if (value !== undefined) return { name, value };
  }
  const [first] = Object.entries(metrics);
  return first && { name: first[0], value: first[1] };
}

/**
 * True when a run says that it is under way while nobody works on it: its process is gone. `live` is the run that this
 * window works on; another window's run is known by its process.
 */
export function isBroken(
  record: RunRecord,
  live: string | undefined,
  isAlive: (pid: number) => boolean = processIsAlive,
): boolean {
  if (record.state !== 'running' && record.state !== 'paused') return false;
  if (record.id === live) return false;
  return record.pid === undefined || !isAlive(record.pid);
}

function processIsAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (e) {
    // Somebody else's process is alive as well.
    return (e as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isRecord(x: unknown): x is Record<string, unknown> {
  return typeof x === 'object' && x !== null && !Array.isArray(x);
}

function finite(x: unknown): number {
  return typeof x === 'number' && Number.isFinite(x) ? x : 0;
}

function numbers(x: Record<string, unknown>): Record<string, number> {
  return Object.fromEntries(Object.entries(x).filter((e): e is [string, number] => typeof e[1] === 'number'));
}
