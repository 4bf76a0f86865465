/** Fairness while training, put into an experiment file by a form. */
import path from 'node:path';
import { VitrineError } from '../../model/errors';
import { fieldsIn, withValue } from './answers';
import type { Experiment } from './schema';

export type Mitigate = Omit<NonNullable<Experiment['mitigate']>, 'strength'> & { strength?: number };

/**
 * The text of an experiment file that treats the groups of these columns alike while training; the rest stays, comments
 * and all.
 *
 * @throws bad-experiment for a text that is no experiment.
 */
export function withMitigation(
  text: string,
  by: readonly string[],
  mitigate: Mitigate,
  file: string,
): string {
  if (!fieldsIn(text))
    throw new VitrineError('bad-experiment', `${path.basename(file)} is no experiment: expected { … }.`, {
      at: { file },
    });
  return withValue(withValue(text, ['sensitive'], [...by]), ['mitigate'], mitigate);
}
