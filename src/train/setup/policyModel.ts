/** What a network says of a state, as agents take it: a score for each action and, where it has one, the worth of the state. */
import { shapeText } from '../../engine/feeds';
import type { Experiment } from '../../formats/experiment/schema';
import { appendTo } from '../../model/append';
import { VitrineError } from '../../model/errors';
import type { Model, Node, TensorType, Value } from '../../model/graph';
import type { AgentDefinition } from '../../rl/agent';
import { agentOf, environments } from '../../rl/registry';

export interface PolicyModel {
  /** One output, (N, actions) or (N, actions + 1). */
  model: Model;
  /** Whether the last column is the worth of the state, rather than nothing at all. */
  worth: boolean;
}

/**
 * Reads a user's own policy: scores and worth as one output, as two in any order, or scores alone where the agent can do
 * without the worth, which then is 0. Probabilities are taken as what they were made of: the scores before the softmax.
 *
 * @param actions how many there are.
 * @throws VitrineError bad-model with what was found and what the agent needs.
 */
export function policyModel(model: Model, agent: AgentDefinition, actions: number, env: string): PolicyModel {
  const policy = policyIn(model, agent, actions);
  if (policy) return policy;
  throw new VitrineError(
    'bad-model',
    `${model.name} gives ${model.outputs.map(id => shapeText(model.values[id]!.shape)).join(' and ')}, but ${env} ${needs(agent, actions)}`,
    model.definition && { at: model.definition },
  );
}

/** As `policyModel`, undefined for a model that the agent cannot act by. */
export function policyIn(
  model: Model,
  { critic }: AgentDefinition,
  actions: number,
): PolicyModel | undefined {
  const { outputs } = model;
  const widths = outputs.map(id => columnsOf(model.values[id]!));
  const one = outputs.length === 1;
  if (critic !== 'never' && one && widths[0] === actions + 1) return { model, worth: true };
  const at = widths.indexOf(actions);
  const scores = outputs[at];
  if (scores === undefined) return undefined;
  if (critic === 'never') return { model: { ...model, outputs: [scores] }, worth: false };
  const worth = outputs[widths.findIndex((w, i) => w === 1 && i !== at)];
  if (worth !== undefined) return { model: joined(model, scores, worth), worth: true };
  return critic === 'optional' && one ? { model: joined(model, scores, undefined), worth: false } : undefined;
}

/** What an experiment trains of a model: of a policy the joined outputs, of anything else the model itself. */
export function trainedModel(model: Model, { loss, data }: Pick<Experiment, 'loss' | 'data'>): Model {
  const agent = agentOf(loss);
  const definition = environments.find(e => 'env' in data && e.id === data.env);
  if (!agent || !definition) return model;
  return policyModel(model, agent, definition.actions.length, definition.id).model;
}

/** The scores of the actions alone: what predicting and explaining speak of. */
export function actionScores(model: Model, agent: AgentDefinition, actions: number, env: string): Model {
  const { model: policy } = policyModel(model, agent, actions, env);
  const output = policy.outputs[0]!;
  const { dtype, shape } = policy.values[output]!;
  if (shape[1] === actions) return policy;
  const { emit, giving } = appendTo(policy, '%actions');
  const cut = { starts: [0], ends: [actions], axes: [1] };
  return giving([emit('Slice', [output], cut, { dtype, shape: [shape[0]!, actions] })]);
}

function needs({ critic, loss }: AgentDefinition, actions: number): string {
  const both = `(N, ${actions + 1}): a score for each of ${actions} actions and, last, the worth of the state. Join both in forward, e.g. torch.cat([self.actor(x), self.critic(x)], dim=1), or return both.`;
  if (critic === 'always') return `needs ${both}`;
  if (critic === 'optional')
    return `needs (N, ${actions}), a score for each of ${actions} actions, or ${both}`;
  return `needs (N, ${actions}): the worth of each of ${actions} actions for the loss "${loss}".`;
}

/** Columns of (N, columns); 1 for (N). */
function columnsOf({ shape }: Value): number | undefined {
  if (shape.length === 1) return 1;
  const last = shape[1];
  return shape.length === 2 && typeof last === 'number' ? last : undefined;
}

function joined(model: Model, output: string, worth: string | undefined): Model {
  const { emit: add, giving } = appendTo(model, '%policy');
  const emit = (op: string, inputs: string[], attributes: Node['attributes'], shape: TensorType['shape']) =>
    add(op, inputs, attributes, { dtype: 'float32', shape });
  const scores = beforeSoftmax(model, output);
  const { shape } = model.values[scores]!;
  const [n, actions] = [shape[0]!, Number(shape[1])];
  const nothing = () => {
    const first = emit('Slice', [scores], { starts: [0], ends: [1], axes: [1] }, [n, 1]);
    const zero = emit('ConstantOfShape', [], { shape: [], value: 0, dtype: 'float32' }, []);
    return emit('Mul', [first, zero], {}, [n, 1]);
  };
  const flat = worth !== undefined && model.values[worth]!.shape.length === 1;
  const value =
    worth === undefined ? nothing() : flat ? emit('Unsqueeze', [worth], { axes: [1] }, [n, 1]) : worth;
  return giving([emit('Concat', [scores, value], { axis: 1 }, [n, actions + 1])]);
}

/** What a softmax over the actions was made of: the same policy, without the loss of small probabilities. */
function beforeSoftmax(model: Model, output: string): string {
  const node = model.nodes.find(n => n.outputs.includes(output));
  const axis = node?.attributes['axis'];
  return node?.op === 'Softmax' && (axis === undefined || axis === 1 || axis === -1)
    ? node.inputs[0]!
    : output;
}
