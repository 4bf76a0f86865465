/** A row of a run's data with some cells changed: what the model says before and after. */
import type { Engine } from '../../engine/engine';
import { VitrineError } from '../../model/errors';
import { listed, nearest } from '../../model/suggest';
import { openRun } from '../../train/open/openRun';
import { predictRows, type RowPrediction } from '../../train/predict/predictRows';
import type { WhatIfRequest } from '../protocol';

type Cells = Readonly<Record<string, string | number | null>>;

/** The raw values of a row under the changed ones. @throws bad-request for a column that there is not. */
export function changedRow(raw: Cells, changes: Cells): Cells {
  const names = Object.keys(raw);
  for (const name of Object.keys(changes)) {
    if (Object.hasOwn(raw, name)) continue;
    const near = nearest(name, names);
    throw new VitrineError(
      'bad-request',
      `There is no column "${name}".${near ? ` Did you mean "${near}"?` : ` There are ${listed(names, 20)}.`}`,
    );
  }
  return { ...raw, ...changes };
}

/** @throws bad-request, bad-data for a value that cannot be prepared; what opening the run and predicting throw. */
export async function whatIf(
  { run: where, row, values }: WhatIfRequest,
  engineFor: (backend: string | undefined) => Promise<Engine>,
  signal?: AbortSignal,
): Promise<{ before: RowPrediction; after: RowPrediction }> {
  const run = await openRun(where);
  const dataset = await run.dataset();
  if (!Object.values(dataset.splits).some(rows => rows.includes(row)))
    throw new VitrineError('bad-request', `${dataset.name} has no row ${row}.`);
  const raw = dataset.raw(row).values;
  const input = dataset.prepare([raw, changedRow(raw, values)]);
  const [before, after] = await predictRows({
    engine: await engineFor(run.record.backend),
    model: run.model,
    weights: await run.weights(),
    input,
    target: dataset.target,
    parts: dataset.parts,
    loss: run.experiment.loss,
    ...(signal && { signal }),
  });
  return { before: before!, after: after! };
}
