/** The explanation methods and trust measures that there are, by id. */
import registeredMethods from 'registry:explain/methods#method';
import registeredMeasures from 'registry:explain/trust#measure';
import { VitrineError } from '../model/errors';
import { listed, nearest } from '../model/suggest';
import type { ExplanationMethod, TrustMeasure } from './method';

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

/** The measures that judge a method, in the order it names them. */
export function measuresFor(method: ExplanationMethod): TrustMeasure[] {
  return method.judgedBy.map(id => {
    const found = measures.find(m => m.id === id);
    if (!found) throw new Error(`"${method.id}" is judged by "${id}", which is no trust measure`);
    return found;
  });
}
