/** Worlds of cells: where a move leads, and how a state is observed. */
import type { Random } from '../model/random';
import type { Environment, EnvironmentDefinition, Grid, StepOutcome } from './environment';

/** As Gymnasium numbers them in most: up, right, down, left are 0, 1, 2, 3. */
export const cellActions = ['up', 'right', 'down', 'left'];
const moves: Readonly<Record<string, readonly [down: number, right: number]>> = {
  up: [-1, 0],
  right: [0, 1],
  down: [1, 0],
  left: [0, -1],
};

/** The cell that a move leads to, counted row by row; who walks against the edge stays. */
export function moved({ rows, columns }: Grid, cell: number, action: string): number {
  const [down, right] = moves[action]!;
  const row = Math.min(rows - 1, Math.max(0, Math.floor(cell / columns) + down));
  const column = Math.min(columns - 1, Math.max(0, (cell % columns) + right));
  return row * columns + column;
}

export type CellStep = (
  cell: number,
  action: number,
  random: Random,
) => [cell: number, reward: number, terminated: boolean];

/** What the environments of cells differ in; the observation is one number a cell, 1 where the walker stands. */
export function cellEnvironment(
  about: Pick<EnvironmentDefinition, 'id' | 'title' | 'summary' | 'maxSteps' | 'solvedAt'> & {
    grid: Grid;
    actions?: readonly string[];
  },
  start: number,
  step: CellStep,
  nameOf: (row: number, column: number) => string,
): EnvironmentDefinition {
  const { rows, columns } = about.grid;
  const cells = rows * columns;
  return {
    actions: cellActions,
    ...about,
    observation: {
      names: Array.from({ length: cells }, (_, i) => nameOf(Math.floor(i / columns), i % columns)),
      low: new Array<number>(cells).fill(0),
      high: new Array<number>(cells).fill(1),
    },
    create: () => new Walk(cells, start, step, about.maxSteps),
  };
}

class Walk implements Environment {
  private cell: number;
  private steps = 0;
  private random: Random | undefined;

  constructor(
    private readonly cells: number,
    private readonly start: number,
    private readonly rule: CellStep,
    private readonly maxSteps: number,
  ) {
    this.cell = start;
  }

  reset(random: Random): Float64Array {
    this.random = random;
    this.cell = this.start;
    this.steps = 0;
    return this.observe();
  }

  step(action: number): StepOutcome {
    const [cell, reward, terminated] = this.rule(this.cell, action, this.random!);
    this.cell = cell;
    this.steps++;
    return { observation: this.observe(), reward, terminated, truncated: this.steps >= this.maxSteps };
  }

  private observe(): Float64Array {
    const all = new Float64Array(this.cells);
    all[this.cell] = 1;
    return all;
  }
}
