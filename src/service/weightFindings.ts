/** Whether the checkpoint that an experiment starts from fits the model, as findings at its layers. */
import type { ReadModel } from '../formats/_format';
import { checkWeights } from '../formats/checkpoint/weights';
import { VitrineError } from '../model/errors';
import type { Diagnostic, Model } from '../model/graph';

/** The models that were read, with what a checkpoint lacks, has too much or in another shape. */
export async function withWeightFindings(
  read: Readonly<Record<string, ReadModel>>,
  weights: string,
): Promise<Record<string, ReadModel>> {
  const out: Record<string, ReadModel> = {};
  for (const [name, found] of Object.entries(read)) {
    const broken = found.diagnostics.some(d => d.severity === 'error');
    out[name] =
      !found.model || broken
        ? found
        : { ...found, diagnostics: [...found.diagnostics, ...(await findingsOf(found.model, weights))] };
  }
  return out;
}

async function findingsOf(model: Model, weights: string): Promise<readonly Diagnostic[]> {
  try {
    return await checkWeights(model, weights);
  } catch (e) {
    // A file that is not there is the experiment's finding, and stands there.
    if (!(e instanceof VitrineError)) throw e;
    if (e.code === 'file-not-found') return [];
    const at = model.definition ?? { file: model.file, line: 1, column: 1, endLine: 1, endColumn: 2 };
    const end = { endLine: at.line, endColumn: at.column + 'class '.length + model.name.length };
    return [{ ...at, ...end, severity: 'warning', code: 'weights-unreadable', message: e.message }];
  }
}
