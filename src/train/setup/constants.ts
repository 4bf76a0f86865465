/** Numbers that stand in a model's code, and are tensors of its graph alone: PyTorch's `state_dict` does not know them. */
import { initializeWeights } from '../../engine/initialize';
import type { Model, Tensors } from '../../model/graph';

/** The constants that the model itself says in full, of those among `weights`. */
export function knownConstants(model: Model, weights: Tensors): ReadonlySet<string> {
  const said = withConstants(model, {});
  return new Set(
    Object.entries(said).flatMap(([name, { data }]) => {
      const kept = weights[name]?.data;
      return kept?.length === data.length && data.every((x, i) => Object.is(x, kept[i])) ? [name] : [];
    }),
  );
}

/** The weights of a file with the constants that it lacks. */
export function withConstants(model: Model, weights: Tensors): Tensors {
  const parameters = model.parameters.filter(p => p.kind === 'constant' && !Object.hasOwn(weights, p.name));
  return parameters.length > 0 ? { ...initializeWeights({ ...model, parameters }, 0), ...weights } : weights;
}
