/** The explanation methods and trust measures that there are, by id. */
import registeredMethods from 'registry:explain/methods#method';
import registeredMeasures from 'registry:explain/trust#measure';
import type { Dataset } from '../data/dataset';
import { VitrineError } from '../model/errors';
import { inEvaluation } from '../model/evaluation';
import type { Model } from '../model/graph';
import { listed, nearest } from '../model/suggest';
import type { ExplanationMethod, TrustMeasure } from './method';
import { unsuitedBy } from './suits';

export const methods = registeredMethods as readonly ExplanationMethod[];
export const measures = registeredMeasures as readonly TrustMeasure[];

/** @throws bad-request with the nearest name for a method that does not exist. */
export function methodById(id: string): ExplanationMethod {
  const found = methods.find(m => m.id === id);
  if (found) return found;
  const ids = methods.map(m => m.id);
  const near = nearest(id, ids);
  throw new VitrineError(
    'bad-request',
    `There is no explanation method "${id}".${near ? ` Did you mean "${near}"?` : ''} There are ${listed(ids, 40)}.`,
  );
}

/** The methods, each with why it does not suit this model or these data, if it does not. */
export function suitability(
  model: Model,
  dataset?: Dataset,
): { method: ExplanationMethod; unsuited: string | undefined }[] {
  const evaluated = inEvaluation(model);
  return methods.map(method => ({ method, unsuited: unsuitedBy(method, evaluated, dataset) }));
}

/** The measures that judge a method, in the order it names them, and those that judge all. */
export function measuresFor(method: ExplanationMethod): TrustMeasure[] {
  const named = method.judgedBy.map(id => {
    const found = measures.find(m => m.id === id);
    if (!found) throw new Error(`"${method.id}" is judged by "${id}", which is no trust measure`);
    return found;
  });
  return [...named, ...measures.filter(m => m.always)];
}
