/** A five by five grid with a pit: Sutton and Barto, "Reinforcement Learning" (2018), section 3.5, with an end. */
import { cellActions, cellEnvironment, moved } from '../cells';

const size = 5;
const goal = size * size - 1;
const pits = [
  [1, 3],
  [3, 1],
  [2, 2],
].map(([row, column]) => row! * size + column!);
const grid = { rows: size, columns: size, goals: [goal], pits };

export const environment = cellEnvironment(
  {
    id: 'GridWorld-v0',
    title: 'Grid world',
    summary: 'Walk from the upper left corner to the lower right one, past three pits; a step costs 0.01.',
    grid,
    maxSteps: 100,
    // The shortest way takes eight steps.
    solvedAt: 0.93,
  },
  0,
  (cell, action) => {
    const next = moved(grid, cell, cellActions[action]!);
    const fell = pits.includes(next);
    return [next, next === goal ? 1 : fell ? -1 : -0.01, next === goal || fell];
  },
  (row, column) => `cell ${row},${column}`,
);
