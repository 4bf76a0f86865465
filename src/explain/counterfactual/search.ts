/** The genetic search for rows that the model answers otherwise, and the choice among what it found. */
import { throwIfCancelled } from '../../model/errors';
import type { Random } from '../../model/random';
import type { Prediction } from '../answers/predict';
import type { Goal } from './goal';
import type { Cell, Row, Space } from './space';

export interface Individual {
  row: Row;
  prediction: Prediction;
  cost: number;
  valid: boolean;
}

const population = 96;
const generations = 60;
/** Generations without a better answer after which the search ends. */
const patience = 12;
/** Answers that are refined. */
const refined = 12;

export class Search {
  /** Training rows that have the wanted answer. */
  examples = 0;
  private readonly archive = new Map<string, Individual>();

  constructor(
    private readonly space: Space,
    private readonly start: Row,
    private readonly goal: Goal,
    private readonly ask: (rows: readonly Row[]) => Promise<Prediction[]>,
    private readonly random: Random,
    private readonly call: { readonly signal?: AbortSignal; onProgress?(done: number): void },
  ) {}

  async run(known: readonly Prediction[]): Promise<Individual[]> {
    let people = await this.judge(this.first(known));
    let best = Number.POSITIVE_INFINITY;
    let since = 0;
    for (let g = 0; g < generations && since < patience; g++) {
      throwIfCancelled(this.call.signal);
      people.sort((a, b) => a.cost - b.cost);
      const top = people.find(p => p.valid)?.cost ?? Number.POSITIVE_INFINITY;
      since = top < best - 1e-6 || top === Number.POSITIVE_INFINITY ? 0 : since + 1;
      best = Math.min(best, top);
      const elite = people.slice(0, population / 3);
      const young = Array.from({ length: population - elite.length }, () => this.child(elite));
      people = [...elite, ...(await this.judge(young))];
      this.call.onProgress?.(0.1 + 0.7 * (g / generations));
    }
    const found = [...this.archive.values()].sort((a, b) => a.cost - b.cost);
    // The cheapest of each set of changed columns first: refining many that are alike would bring one answer.
    const seen = new Set<string>();
    const distinct = found.filter(i => {
      const key = this.space.changed(this.start, i.row).join();
      return !seen.has(key) && seen.add(key);
    });
    const out: Individual[] = [];
    for (const individual of distinct.slice(0, refined)) {
      throwIfCancelled(this.call.signal);
      out.push(await this.refine(individual));
    }
    return out.sort((a, b) => a.cost - b.cost);
  }

  private first(known: readonly Prediction[]): Row[] {
    const { space, start, random } = this;
    const fitting = space.rows.filter((_, i) => this.goal.met(known[i]!));
    this.examples = fitting.length;
    const near = (fitting.length > 0 ? fitting : space.rows)
      .map(row => row.map((cell, j) => space.allowed(j, start[j]!, cell)))
      .map(row => ({ row, d: space.distance(start, row) }))
      .sort((a, b) => a.d - b.d)
      .slice(0, population / 2)
      .map(x => x.row);
    const mixed = Array.from({ length: population - near.length }, () => {
      const from = near[random.integer(near.length)]!;
      return from.map((cell, j) => (random.uniform() < 0.5 ? cell : start[j]!));
    });
    return [...near, ...mixed];
  }

  private child(parents: readonly Individual[]): Row {
    const { space, start, random } = this;
    const pick = () => parents[Math.min(random.integer(parents.length), random.integer(parents.length))]!.row;
    const [a, b] = [pick(), pick()];
    return a.map((cell, j) => {
      const chance = random.uniform();
      // Back to how it is: sparse answers are found by that alone.
      if (chance < 0.12) return start[j]!;
      if (chance < 0.12 + 0.6 / a.length) return space.allowed(j, start[j]!, this.mutated(j, cell));
      return random.uniform() < 0.5 ? cell : b[j]!;
    });
  }

  /** A value that a training row has, or a small step. */
  private mutated(j: number, cell: Cell): Cell {
    const { space, random } = this;
    if (typeof cell === 'number' && random.uniform() < 0.5)
      return cell + random.normal(0, 0.5) * space.axes[j]!.scale;
    return space.rows[random.integer(space.rows.length)]![j]!;
  }

  private async judge(rows: readonly Row[]): Promise<Individual[]> {
    const predictions = await this.ask(rows);
    return rows.map((row, i) => {
      const individual = this.individual(row, predictions[i]!);
      if (individual.valid) this.archive.set(JSON.stringify(row), individual);
      return individual;
    });
  }

  private individual(row: Row, prediction: Prediction): Individual {
    const { space, start, goal } = this;
    const valid = goal.met(prediction);
    const changed = space.changed(start, row).length;
    const strange = Math.max(0, space.nearestTo(row) / space.typicalDistance - 1) || 0;
    const cost =
      (valid ? 0 : 100 + 100 * goal.missing(prediction)) +
      space.distance(start, row) +
      changed / row.length +
      Math.min(5, strange);
    return { row, prediction, cost, valid };
  }

  /** Takes back changes that are not needed, then makes the others as small as they may be. */
  private async refine(given: Individual): Promise<Individual> {
    const { space, start } = this;
    let best = given;
    for (;;) {
      const changed = space.changed(start, best.row);
      if (changed.length < 2) break;
      const tries = await this.judge(
        changed.map(j => best.row.map((cell, k) => (k === j ? start[k]! : cell))),
      );
      const better = tries.filter(t => t.valid && t.cost < best.cost).sort((a, b) => a.cost - b.cost)[0];
      if (!better) break;
      best = better;
    }
    for (const j of space.changed(start, best.row)) {
      const [from, to] = [start[j]!, best.row[j]!];
      if (typeof from !== 'number' || typeof to !== 'number') continue;
      const steps = Array.from({ length: 31 }, (_, i) =>
        space.allowed(j, from, from + ((to - from) * (i + 1)) / 32),
      );
      const tries = await this.judge(steps.map(cell => best.row.map((old, k) => (k === j ? cell : old))));
      for (const t of tries) if (t.valid && t.row[j] !== from && t.cost < best.cost) best = t;
    }
    return best;
  }
}

/** The cheapest first, then those that differ most from what is chosen already, as long as they are not much dearer. */
export function select(found: readonly Individual[], space: Space, start: Row, count: number): Individual[] {
  const chosen: Individual[] = [];
  const left = [...new Map(found.map(f => [JSON.stringify(f.row), f])).values()];
  const columns = (i: Individual) => new Set(space.changed(start, i.row));
  const different = (a: Individual, b: Individual) => {
    const [x, y] = [columns(a), columns(b)];
    const shared = [...x].filter(j => y.has(j)).length;
    return 1 - shared / Math.max(1, new Set([...x, ...y]).size);
  };
  while (chosen.length < count && left.length > 0) {
    let best = 0;
    let value = Number.POSITIVE_INFINITY;
    left.forEach((candidate, i) => {
      const apart = chosen.length === 0 ? 0 : Math.min(...chosen.map(c => different(c, candidate)));
      // Two answers with the same columns are one answer to a person.
      const v = chosen.length > 0 && apart === 0 ? Number.POSITIVE_INFINITY : candidate.cost - apart;
      if (v < value) {
        value = v;
        best = i;
      }
    });
    if (value === Number.POSITIVE_INFINITY) break;
    chosen.push(...left.splice(best, 1));
  }
  return chosen;
}
