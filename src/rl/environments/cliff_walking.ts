/**
 * A walk along a cliff: Sutton and Barto, "Reinforcement Learning" (2018), example 6.6, with the states, the actions and the rewards of
 * Gymnasium's CliffWalking-v1 (without slipping). The observation is one number a state, 1 where the walker stands.
 */
import type { Environment, EnvironmentDefinition } from '../environment';

const rows = 4;
const columns = 12;
const start = (rows - 1) * columns;
const goal = rows * columns - 1;
/** Gymnasium sets no limit itself; its registry of environments gives none either. */
const maxSteps = 200;
/** Up, right, down, left, as Gymnasium numbers them. */
const moves = [
  [-1, 0],
  [0, 1],
  [1, 0],
  [0, -1],
] as const;

/** @returns where a step leads, what it brings and whether the walk is over. */
export function cliffStep(
  state: number,
  action: number,
): [state: number, reward: number, terminated: boolean] {
  const [down, right] = moves[action]!;
  const row = Math.min(rows - 1, Math.max(0, Math.floor(state / columns) + down));
  const column = Math.min(columns - 1, Math.max(0, (state % columns) + right));
  const next = row * columns + column;
  // The cliff lies between start and goal: who falls begins again.
  if (next > start && next < goal) return [start, -100, false];
  return [next, -1, next === goal];
}

class CliffWalking implements Environment {
  private state = start;
  private steps = 0;

  reset(): Float64Array {
    this.state = start;
    this.steps = 0;
    return this.observe();
  }

  step(action: number) {
    const [state, reward, terminated] = cliffStep(this.state, action);
    this.state = state;
    this.steps++;
    return { observation: this.observe(), reward, terminated, truncated: this.steps >= maxSteps };
  }

  private observe(): Float64Array {
    const cells = new Float64Array(rows * columns);
    cells[this.state] = 1;
    return cells;
  }
}

export const environment: EnvironmentDefinition = {
  id: 'CliffWalking-v1',
  title: 'Cliff walking',
  summary: 'Walk along a cliff to the other side; each step costs 1, a fall 100 and the way back.',
  observation: {
    names: Array.from(
      { length: rows * columns },
      (_, i) => `row ${Math.floor(i / columns) + 1}, column ${(i % columns) + 1}`,
    ),
    low: new Array<number>(rows * columns).fill(0),
    high: new Array<number>(rows * columns).fill(1),
  },
  grid: {
    rows,
    columns,
    goals: [goal],
    pits: Array.from({ length: goal - start - 1 }, (_, i) => start + 1 + i),
  },
  actions: ['up', 'right', 'down', 'left'],
  maxSteps,
  // The shortest way takes thirteen steps.
  solvedAt: -13,
  create: () => new CliffWalking(),
};
