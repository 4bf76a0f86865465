/**
 * Lets the event loop turn when it has not for a while. Kernels run synchronously between awaits, and an await alone
 * only drains microtasks: without this no message (stop, cancel, "are you there") would arrive during training.
 */
export async function breathe(): Promise<void> {
  const now = performance.now();
  if (now - last < 8) return;
  await new Promise<void>(resolve => setImmediate(resolve));
  last = performance.now();
}

let last = performance.now();
