/** Why a method does not fit a model or data: the checks that methods share. Each gives a sentence, or undefined. */
import type { Dataset } from '../data/dataset';
import { ops } from '../engine/opRegistry';
import type { Model } from '../model/graph';
import { noGradients, stagingOf } from '../model/stages';
import type { ExplanationMethod } from './method';
import { isPicture } from './perturbation/units';

type Check = (model: Model, dataset?: Dataset) => string | undefined;

/** Why a method does not fit: what it needs is not there, or its own reason. */
export function unsuitedBy(
  { needs, title, suits }: ExplanationMethod,
  model: Model,
  dataset?: Dataset,
): string | undefined {
  if (dataset?.target.untold && needs.includes('targets'))
    return `${title} holds a model to the right answers, and of ${dataset.name} nobody knows them: what a policy is worth, its episodes tell. Use saliency or partial_dependence.`;
  return suits?.(model, dataset);
}

/** The first reason that any of the checks has. */
export function all(...checks: readonly Check[]): Check {
  return (model, dataset) => {
    for (const check of checks) {
      const reason = check(model, dataset);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
}

/** One input, of real numbers, and ops with gradients on the way from it. */
export function hasGradients(model: Model, dataset?: Dataset): string | undefined {
  const many = oneInput(model);
  if (many) return many;
  const input = model.values[model.inputs[0]!]!;
  if (/int|bool/.test(input.dtype) || takesIndices(dataset))
    return `${model.name} takes whole numbers, which have no gradient. Use a method that needs none, such as feature_ablation.`;
  return passesGradients(model);
}

/** Whether a change of the input, however small, can be followed to the output. */
export function passesGradients(model: Model): string | undefined {
  if (stagingOf(model)) return noGradients(model.name);
  const reached = new Set(model.inputs);
  let step: string | undefined;
  for (const node of model.nodes) {
    if (!node.inputs.some(i => reached.has(i))) continue;
    const name = `"${node.op}"${node.module ? ` in ${node.module}` : ''}`;
    if (steps.has(node.op) || (node.op === 'Cast' && /int|bool/.test(String(node.attributes['to'])))) {
      step ??= name;
      continue;
    }
    for (const id of node.outputs) reached.add(id);
    const op = ops.get(node.op);
    if (op && !op.gradient && !op.expand)
      return `The op ${name} has no gradient. Use a method that needs none, such as feature_ablation.`;
  }
  if (step !== undefined && !reached.has(model.outputs[0] ?? ''))
    return `What ${model.name} gives goes up and down in steps, by the op ${step}: its gradient is zero wherever there is one. Use a method that needs none, such as feature_ablation or kernel_shap, or explain a model that ends before that op.`;
  return undefined;
}

/** Ops whose outputs move in steps: their gradient is zero or none. */
const steps = new Set([
  'And',
  'ArgMax',
  'ArgMin',
  'Ceil',
  'Equal',
  'Floor',
  'Greater',
  'GreaterOrEqual',
  'IsInf',
  'IsNaN',
  'Less',
  'LessOrEqual',
  'Not',
  'NotEqual',
  'OneHot',
  'Or',
  'Round',
  'Sign',
  'Xor',
]);

/** Some of what the model takes stands for tokens or categories. */
export function takesIndices(dataset: Dataset | undefined): boolean {
  return dataset?.parts?.some(p => p.dtype === 'int64') === true;
}

/** Explanations of one prediction alter one input. */
export function oneInput(model: Model): string | undefined {
  return model.inputs.length === 1
    ? undefined
    : `${model.name} takes ${model.inputs.length} inputs. Explanations are made for models with one.`;
}

/** Maps over images need a height and a width. */
export function seesPictures(model: Model): string | undefined {
  const shape = model.values[model.inputs[0] ?? '']?.shape.slice(1) ?? [];
  // A size that is still a symbol may turn out to be more than one.
  return isPicture(shape.map(d => (typeof d === 'number' ? d : 2)))
    ? undefined
    : `This method draws a map over an image; ${model.name} takes (N, ${shape.join(', ')}). Use integrated_gradients.`;
}

export function hasConvolution(model: Model): string | undefined {
  return model.nodes.some(n => n.op === 'Conv' && model.values[n.outputs[0]!]?.shape.length === 4)
    ? undefined
    : `This method looks at a convolution over images, and ${model.name} has none. Use integrated_gradients.`;
}

export function hasRelu(model: Model): string | undefined {
  return model.nodes.some(n => n.op === 'Relu')
    ? undefined
    : `This method changes how ReLUs pass gradients, and ${model.name} has none. Use saliency.`;
}

/** Without a data set nothing is said against the data. */
export function hasColumns(_: Model, dataset?: Dataset): string | undefined {
  return dataset && dataset.modality !== 'table'
    ? `This method looks at the columns of a table, and ${dataset.name} is none. Use a method for single predictions, such as integrated_gradients.`
    : undefined;
}

/** Without a data set nothing is said against the data. */
export function speaks(_: Model, dataset?: Dataset): string | undefined {
  return dataset && !dataset.target.spoken
    ? `This method looks at texts that are spoken (data of the kind "speech"); ${dataset.name} is of another kind. Use feature_ablation.`
    : undefined;
}

/** Without a data set nothing is said against the data. */
export function writesSequences(_: Model, dataset?: Dataset): string | undefined {
  return dataset && !dataset.target.writes
    ? `This method looks at what is written after something was read (data of the kind "pairs"); ${dataset.name} has one answer a row. Use feature_ablation.`
    : undefined;
}
