/** Lets other work of the process (messages, timers, cancellation) have its turn between steps. */

/** Longest stretch without a turn for others, in milliseconds. */
const STRETCH = 8;
let last = 0;

/** A promise to wait for where the others' turn has come; undefined, at no cost, where it has not. */
function turnOfOthers(): Promise<void> | undefined {
  if (performance.now() - last < STRETCH) return undefined;
  return new Promise<void>(resolve => {
    const done = () => {
      last = performance.now();
      resolve();
    };
    if (typeof setImmediate === 'function') setImmediate(done);
    else setTimeout(done, 0);
  });
}

/**
 * Does `work` once the others have had their turn. Small nets take less time than an async function's promises, so this
 * makes as few as it can.
 */
export function inTurn<T>(work: () => T | Promise<T>): Promise<T> {
  const pause = turnOfOthers();
  if (pause) return pause.then(work);
  try {
    return Promise.resolve(work());
  } catch (e) {
    return Promise.reject(e);
  }
}

/** Waits for it. */
export async function yieldToOthers(): Promise<void> {
  await turnOfOthers();
}
