/** Lets other work of the process (messages, timers, cancellation) have its turn between steps. */

/** Longest stretch without a turn for others, in milliseconds. */
const STRETCH = 8;
let last = 0;

export async function yieldToOthers(): Promise<void> {
  const now = performance.now();
  if (now - last < STRETCH) return;
  await new Promise<void>(resolve => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
  last = performance.now();
}
