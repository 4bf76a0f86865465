/** Worlds of cells: where a move leads, and how a state is observed. */
import type { Environment, EnvironmentDefinition, Grid, StepOutcome } from './environment';

/** As Gymnasium numbers them: its toy text environments go up, right, down, left by 0, 1, 2, 3. */
export const cellActions = ['up', 'right', 'down', 'left'];
const moves = [
  [-1, 0],
  [0, 1],
  [1, 0],
  [0, -1],
] as const;

/** The cell that a move leads to, counted row by row; who walks against the edge stays. */
export function moved({ rows, columns }: Grid, cell: number, action: number): number {
  const [down, right] = moves[action]!;
  const row = Math.min(rows - 1, Math.max(0, Math.floor(cell / columns) + down));
  const column = Math.min(columns - 1, Math.max(0, (cell % columns) + right));
  return row * columns + column;
}

export type CellStep = (cell: number, action: number) => [cell: number, reward: number, terminated: boolean];

/** What the environments of cells differ in; the observation is one number a cell, 1 where the walker stands. */
export function cellEnvironment(
  about: Pick<EnvironmentDefinition, 'id' | 'title' | 'summary' | 'maxSteps' | 'solvedAt'> & { grid: Grid },
  start: number,
  step: CellStep,
  nameOf: (row: number, column: number) => string,
): EnvironmentDefinition {
  const { rows, columns } = about.grid;
  const cells = rows * columns;
  return {
    ...about,
    actions: cellActions,
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

  constructor(
    private readonly cells: number,
    private readonly start: number,
    private readonly rule: CellStep,
    private readonly maxSteps: number,
  ) {
    this.cell = start;
  }

  reset(): Float64Array {
    this.cell = this.start;
    this.steps = 0;
    return this.observe();
  }

  step(action: number): StepOutcome {
    const [cell, reward, terminated] = this.rule(this.cell, action);
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
