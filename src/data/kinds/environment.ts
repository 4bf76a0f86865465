/** An environment to act in instead of a file: reinforcement learning. */
import { createHash } from 'node:crypto';
import { type Static, Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';
import { Random } from '../../model/random';
import type { EnvironmentDefinition } from '../../rl/environment';
import { environments } from '../../rl/registry';
import type { Dataset, DatasetKind, FeatureInfo, SavedPreparation, Split, TargetInfo } from '../dataset';
import { divideRows, splitsByRow } from '../divide';
import { savedAs } from '../savedState';
import { rawRowsOf, readTableFile } from '../table/rawRows';

export const environmentSchema = Type.Object(
  {
    kind: Type.Literal('environment', { description: 'An environment to act in: reinforcement learning.' }),
    env: Type.Union(
      environments.map(e => Type.Literal(e.id, { description: e.summary })),
      { description: 'The environment.' },
    ),
    environments: Type.Integer({
      minimum: 1,
      maximum: 1024,
      default: 4,
      description: 'Copies of it that are acted in side by side.',
    }),
    steps: Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      default: 512,
      description: 'Steps in each copy before the policy learns from them: one epoch.',
    }),
    passes: Type.Integer({
      minimum: 1,
      maximum: 1000,
      default: 10,
      description: 'How often it learns from all of these steps.',
    }),
    discount: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.99,
      description: 'What a reward is worth a step later.',
    }),
    lambda: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.95,
      description:
        'How far rewards, rather than the worth that the policy expects, say how good an action was.',
    }),
  },
  { additionalProperties: false, description: 'The environment to train and test in.' },
);

export type EnvironmentOptions = Static<typeof environmentSchema>;

/** States that a policy of chance came through: something to look at, to predict and to explain. */
const exampleRows = 300;

export const kind: DatasetKind = {
  id: 'environment',
  title: 'Environment (reinforcement learning)',
  extensions: [],
  schema: environmentSchema,
  source: 'none',
  paths: [],

  async load(options, context) {
    return new EnvironmentDataset(options as EnvironmentOptions, context.seed);
  },

  restore(state) {
    return new EnvironmentPreparation(definitionOf(String(state['env'])));
  },
};

function definitionOf(id: string): EnvironmentDefinition {
  const found = environments.find(e => e.id === id);
  if (found) return found;
  throw new VitrineError('bad-file', `There is no environment "${id.slice(0, 60)}".`);
}

class EnvironmentPreparation implements SavedPreparation {
  readonly sampleShape: readonly number[];
  readonly features: readonly FeatureInfo[];
  readonly target: TargetInfo;

  constructor(readonly definition: EnvironmentDefinition) {
    const { observation, actions } = definition;
    this.sampleShape = [observation.names.length];
    this.features = observation.names.map((name, i) => ({
      name,
      kind: 'number',
      span: [i, i + 1],
      missing: 0,
      ...(Number.isFinite(observation.low[i]) && { min: observation.low[i]!, max: observation.high[i]! }),
    }));
    this.target = { name: 'action', kind: 'classes', classes: actions, untold: true };
  }

  prepare(rows: readonly Readonly<Record<string, string | number | null>>[]): Tensor {
    const { names } = this.definition.observation;
    const data = new Float32Array(rows.length * names.length);
    rows.forEach((row, i) => {
      names.forEach((name, c) => {
        const value = row[name];
        const x = value === null || value === undefined || value === '' ? Number.NaN : Number(value);
        if (!Number.isFinite(x))
          throw new VitrineError(
            'bad-data',
            `Row ${i + 1}, column "${name}": found ${value === undefined ? 'no such column' : `"${value}"`}, expected a number.`,
          );
        data[i * names.length + c] = x;
      });
    });
    return { shape: [rows.length, names.length], data };
  }

  async readRows(file: string, signal?: AbortSignal): Promise<Record<string, string | number | null>[]> {
    return rawRowsOf(await readTableFile(file, new Set(), signal));
  }
}

export class EnvironmentDataset implements Dataset {
  readonly modality = 'table';
  readonly name: string;
  readonly sampleShape: readonly number[];
  readonly features: readonly FeatureInfo[];
  readonly target: TargetInfo;
  readonly splits: Readonly<Record<Split, Int32Array>>;
  readonly notes: readonly string[] = [];
  readonly hash: string;
  readonly definition: EnvironmentDefinition;
  private readonly plan: EnvironmentPreparation;
  private readonly states: { observation: Float64Array; action: number }[] = [];
  private readonly splitOf: Map<number, Split>;

  constructor(
    readonly options: EnvironmentOptions,
    seed: number,
  ) {
    this.definition = definitionOf(options.env);
    this.plan = new EnvironmentPreparation(this.definition);
    this.name = options.env;
    this.sampleShape = this.plan.sampleShape;
    this.features = this.plan.features;
    this.target = this.plan.target;
    this.hash = createHash('sha256').update(options.env).digest('hex');
    const random = new Random(seed, 'examples');
    const environment = this.definition.create();
    let observation = environment.reset(random);
    while (this.states.length < exampleRows) {
      const action = random.integer(this.definition.actions.length);
      this.states.push({ observation, action });
      const step = environment.step(action);
      observation = step.terminated || step.truncated ? environment.reset(random) : step.observation;
    }
    const rows = Int32Array.from(this.states.keys());
    this.splits = divideRows(rows, { test: 0.2, valid: 0.1, stratify: false }, seed);
    this.splitOf = splitsByRow(this.splits);
  }

  batch(rows: ArrayLike<number>) {
    const states = Array.from(rows, row => this.state(row));
    const width = this.sampleShape[0]!;
    const data = new Float32Array(rows.length * width);
    for (const [i, { observation }] of states.entries()) data.set(observation, i * width);
    return {
      input: { shape: [rows.length, width], data },
      targets: { shape: [rows.length], data: Int32Array.from(states, s => s.action) },
    };
  }

  raw(row: number) {
    const { observation } = this.state(row);
    return {
      row,
      split: this.splitOf.get(row)!,
      values: Object.fromEntries(this.features.map((f, i) => [f.name, observation[i]!])),
      // What chance did here is not what is right.
      target: null,
    };
  }

  prepare(rows: readonly Record<string, string | number | null>[]): Tensor {
    return this.plan.prepare(rows);
  }

  preparation(): unknown {
    return { ...savedAs('environment'), env: this.name };
  }

  private state(row: number) {
    const state = this.states[row];
    if (state) return state;
    throw new VitrineError(
      'bad-request',
      `There is no row ${row}: "${this.name}" has rows 0 to ${exampleRows - 1}.`,
    );
  }
}
