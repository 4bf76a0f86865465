/** A thread of the engine: see threads.ts. Bundled as text, as it must be started from wherever the engine runs. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { type BoundStep, bindProgram, type Program } from './program';
import { Cell, sharesOf, startOf, takenOf } from './threadCells';

interface Message {
  id: number;
  program?: Program;
  scratch?: number;
}

/** Times it looks for work before it sleeps: some tens of microseconds. */
const LOOKS = 20_000;

const cells = (workerData as { cells: Int32Array }).cells;
const programs = new Map<
  number,
  { program: Program; scratch: number; steps?: (index: number) => BoundStep }
>();

// A thread that sleeps would never collect the memory of plans that are no more.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function readMail(): void {
  let removed = false;
  for (;;) {
    const received = receiveMessageOnPort(parentPort!) as { message: Message } | undefined;
    if (!received) break;
    const { id, program, scratch } = received.message;
    if (program) programs.set(id, { program, scratch: scratch! });
    else removed = programs.delete(id) || removed;
  }
  if (removed) collect();
}

/** Takes a share of the open step, if there is one; false where there is nothing to do. */
function work(): boolean {
  const ticket = Atomics.load(cells, Cell.ticket);
  const share = takenOf(ticket);
  const shares = sharesOf(ticket);
  if (share >= shares) return false;
  // As long as a share is to be had these stay what they are; if they changed since, taking it fails.
  const index = cells[Cell.index]!;
  const known = programs.get(cells[Cell.program]!);
  if (!known) return false;
  if (!known.steps) {
    known.steps = bindProgram(known.program);
    return true;
  }
  const step = known.steps(index);
  if (Atomics.compareExchange(cells, Cell.ticket, ticket, ticket + 1) !== ticket) return true;
  try {
    step.share(startOf(step.units, shares, share), startOf(step.units, shares, share + 1), known.scratch);
  } catch {
    cells[Cell.failed] = 1;
  }
  Atomics.add(cells, Cell.done, 1);
  Atomics.notify(cells, Cell.done);
  return true;
}

let mail = 0;
let looks = 0;
for (;;) {
  const letters = Atomics.load(cells, Cell.mail);
  if (letters !== mail) {
    mail = letters;
    readMail();
  }
  if (work()) looks = 0;
  if (looks++ < LOOKS) continue;
  looks = 0;
  Atomics.add(cells, Cell.asleep, 1);
  const ticket = Atomics.load(cells, Cell.ticket);
  // Whoever opened a step or wrote before this may not have seen that someone sleeps.
  const idle = takenOf(ticket) >= sharesOf(ticket) || !programs.has(cells[Cell.program]!);
  if (idle && Atomics.load(cells, Cell.mail) === mail) Atomics.wait(cells, Cell.ticket, ticket, 1000);
  Atomics.sub(cells, Cell.asleep, 1);
}
