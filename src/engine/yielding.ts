/** Lets other work of the process (messages, timers, cancellation) have its turn between steps. */

/** Longest stretch without a turn for others, in milliseconds. */
const STRETCH = 8;
let last = 0;

/** A promise to wait for where the others' turn has come; undefined, at no cost, where it has not. */
export function turnOfOthers(): Promise<void> | undefined {
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

/** Waits for it. */
export async function yieldToOthers(): Promise<void> {
  await turnOfOthers();
}
