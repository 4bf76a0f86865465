/** A five by five grid with a pit: Sutton and Barto, "Reinforcement Learning" (2018), section 3.5, with an end. */
import type { Environment, EnvironmentDefinition } from '../environment';

const size = 5;
const maxSteps = 100;
const goal = [4, 4] as const;
const pits: readonly (readonly [number, number])[] = [
  [1, 3],
  [3, 1],
  [2, 2],
];
/** Up, right, down, left. */
const moves = [
  [-1, 0],
  [0, 1],
  [1, 0],
  [0, -1],
] as const;

class GridWorld implements Environment {
  private row = 0;
  private column = 0;
  private steps = 0;

  reset(): Float64Array {
    this.row = 0;
    this.column = 0;
    this.steps = 0;
    return this.observe();
  }

  step(action: number) {
    const [down, right] = moves[action]!;
    this.row = Math.min(size - 1, Math.max(0, this.row + down));
    this.column = Math.min(size - 1, Math.max(0, this.column + right));
    this.steps++;
    const at = ([r, c]: readonly [number, number]) => r === this.row && c === this.column;
    const home = at(goal);
    const fell = pits.some(at);
    return {
      observation: this.observe(),
      reward: home ? 1 : fell ? -1 : -0.01,
      terminated: home || fell,
      truncated: this.steps >= maxSteps,
    };
  }

  private observe(): Float64Array {
    const cells = new Float64Array(size * size);
    cells[this.row * size + this.column] = 1;
    return cells;
  }
}

export const environment: EnvironmentDefinition = {
  id: 'GridWorld-v0',
  title: 'Grid world',
  summary: 'Walk from the upper left corner to the lower right one, past three pits; a step costs 0.01.',
  observation: {
    names: Array.from({ length: size * size }, (_, i) => `cell ${Math.floor(i / size)},${i % size}`),
    low: new Array<number>(size * size).fill(0),
    high: new Array<number>(size * size).fill(1),
  },
  grid: {
    rows: size,
    columns: size,
    goals: [goal[0] * size + goal[1]],
    pits: pits.map(([r, c]) => r * size + c),
  },
  actions: ['up', 'right', 'down', 'left'],
  maxSteps,
  // The shortest way takes eight steps.
  solvedAt: 0.93,
  create: () => new GridWorld(),
};
