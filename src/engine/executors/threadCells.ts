/** The shared array through which threads (threads.ts, threadWorker.ts) speak: what stands in which cell. */
export const Cell = {
  /** The step's number, how many shares its work has, and how many were taken: see `openTicket`. */
  ticket: 0,
  program: 1,
  /** Of the step in the program. */
  index: 2,
  /** Shares that other threads have finished. */
  done: 3,
  /** Threads that sleep. */
  asleep: 4,
  /** Counts messages. */
  mail: 5,
  failed: 6,
  count: 7,
} as const;

const BITS = 5;
const LOW = (1 << BITS) - 1;

/** Steps are counted up to here, then from 0 again. */
export const STEPS = 2 ** (31 - 2 * BITS);

/** A step of which no share is taken yet. Taking one adds 1. */
export function openTicket(step: number, shares: number): number {
  return (step << (2 * BITS)) | (shares << BITS);
}

/** How many shares there are. */
export function sharesOf(ticket: number): number {
  return (ticket >> BITS) & LOW;
}

/** The next share to take; none is left if it is not below `sharesOf`. */
export function takenOf(ticket: number): number {
  return ticket & LOW;
}

/** Where share `i` of `shares` begins. */
export function startOf(units: number, shares: number, i: number): number {
  return Math.floor((units * i) / shares);
}
