/** Training in an environment, by the agent that the loss names (rl/agents/). */
import type { EnvironmentDataset } from '../../data/kinds/environment';
import { completeOptions, requireLoss } from '../../engine/definitions';
import type { Engine } from '../../engine/engine';
import { ScheduleRunner } from '../../engine/scheduleRunner';
import { yieldToOthers } from '../../engine/yielding';
import { parameterCount } from '../../model/elements';
import { VitrineError } from '../../model/errors';
import type { Model, Tensors } from '../../model/graph';
import { Random } from '../../model/random';
import type { AgentDefinition, Learner } from '../../rl/agent';
import { agentOf, agents } from '../../rl/registry';
import { evaluate, type Policy } from '../../rl/rollout';
import type { Checkpoint } from '../runs/checkpoint';
import { openWriter } from '../runs/openWriter';
import type { RunRecord } from '../runs/run';
import type { RunWriter } from '../runs/runWriter';
import { bindingsFor } from '../setup/bindings';
import { type PolicyModel, policyModel } from '../setup/policyModel';
import type { TrainRequest } from '../train';
import { requireFiniteLoss } from './divergence';

/** Episodes of each epoch's validation, and of the final test. */
const validEpisodes = 10;
const testEpisodes = 100;
/** The names of the agent's tensors in a checkpoint begin so, after those of the optimiser. */
const agentPrefix = 'agent/';

/** As `beginTraining`, for data of the kind "environment". An epoch is some steps in the environment and the learning from them. */
export async function beginPolicyTraining(
  request: TrainRequest,
  dataset: EnvironmentDataset,
): Promise<{ done: Promise<RunRecord> }> {
  const { model } = request;
  const { recipe } = request.experiment;
  for (const field of ['accumulate', 'earlyStopping', 'monitor', 'keep'] as const)
    if (recipe[field] !== undefined || recipe.update?.average)
      throw new VitrineError(
        'bad-experiment',
        `"${recipe[field] === undefined ? 'average' : field}" is for data with rows; an environment has none. Remove it.`,
      );
  if (recipe.schedule?.name === 'ReduceLROnPlateau')
    throw new VitrineError(
      'bad-experiment',
      'The schedule "ReduceLROnPlateau" looks at a validation loss, which an environment does not have. Take another.',
    );
  const agent = agentOf(recipe.loss.name);
  if (!agent)
    throw new VitrineError(
      'bad-experiment',
      `The loss "${recipe.loss.name}" compares predictions with targets, which an environment does not have. Use ${agents.map(x => `"${x.loss}"`).join(' or ')}.`,
    );
  const { definition } = dataset;
  const policy = policyModel(model, agent, definition.actions.length, dataset.name);
  const parameters = parameterCount(model);
  const { start, writer } = await openWriter(request, parameters);
  return { done: run(request, dataset, agent, policy, start, writer, parameters) };
}

async function run(
  request: TrainRequest,
  dataset: EnvironmentDataset,
  agentDefinition: AgentDefinition,
  { model, worth }: PolicyModel,
  start: Checkpoint,
  writer: RunWriter,
  parameters: number,
): Promise<RunRecord> {
  const { engine, seed, control, signal } = request;
  const { recipe } = request.experiment;
  const { definition, options } = dataset;
  // Without a worth there is nothing to be compared with the return.
  const lossSpec =
    worth || agentDefinition.critic !== 'optional'
      ? recipe.loss
      : { ...recipe.loss, options: { ...recipe.loss.options, value_coef: 0 } };
  const total = options.environments * options.steps;
  const batch = Math.min(recipe.batchSize, total);
  const id = writer.current.id;
  const began = performance.now();
  let waited = 0;
  const seconds = () => start.seconds + Math.round((performance.now() - began - waited) * 1000) / 1e6;
  const agent = agentDefinition.create({
    definition,
    options,
    loss: completeOptions<Record<string, unknown>>(
      `The loss "${recipe.loss.name}"`,
      requireLoss(recipe.loss.name).options,
      recipe.loss.options ?? {},
    ),
    batch,
    epochs: recipe.epochs,
    worth,
    state: agentState(start.optimizer),
  });
  const { stepsPerEpoch } = agent;
  const policies = new Map<
    number,
    { policy: Policy; load(w: Tensors): Promise<void>; dispose(): Promise<void> }
  >();
  const policyFor = async (rows: number, weights: Tensors) => {
    let known = policies.get(rows);
    if (known) await known.load(weights);
    else {
      known = await openPolicy(engine, model, dataset, rows, weights);
      policies.set(rows, known);
    }
    return known.policy;
  };
  let { epoch, step, best } = start;
  let base = start.progress?.learningRate ?? recipe.learningRate;
  const schedule =
    recipe.schedule && new ScheduleRunner(recipe.schedule, { epochs: recipe.epochs, stepsPerEpoch });
  const trainer = await engine.trainer(model, {
    bindings: bindingsFor(model, dataset.sampleShape, batch),
    weights: start.weights,
    loss: lossSpec,
    optimizer: recipe.optimizer,
    ...(recipe.update && { update: recipe.update }),
    ...(recipe.recompute && { recompute: recipe.recompute }),
    targets: { shape: [batch, agentDefinition.columns], dtype: 'float32' },
    seed,
    ...(Object.keys(start.optimizer).length > 0 && { state: start.optimizer }),
  });
  const finish = async (state: RunRecord['state'], test: Record<string, number>, message?: string) => {
    if (message !== undefined) writer.emit({ event: 'state', run: id, state, message });
    await writer.update({
      state,
      ended: new Date().toISOString(),
      epochsDone: epoch,
      seconds: seconds(),
      ...(Object.keys(test).length > 0 && { test }),
      ...(message !== undefined && { message }),
    });
    writer.emit({
      event: 'end',
      run: id,
      backend: trainer.backend.name,
      seconds: seconds(),
      epochs: epoch,
      state,
      test,
    });
    await writer.flush();
    return writer.current;
  };
  const checkpoint = async (weights: Tensors) => {
    await writer.checkpoint({
      epoch,
      stepInEpoch: 0,
      step,
      seconds: seconds(),
      seed,
      weights,
      optimizer: { ...(await trainer.state()), ...agentTensors(agent.state()) },
      ...(base !== recipe.learningRate && { progress: { learningRate: base } }),
      ...(best && { best }),
    });
    if (best) await writer.weights('best', best.weights, { epoch: String(best.epoch) });
    await writer.update({ epochsDone: epoch });
  };
  const ended = () => signal?.aborted === true || control?.stopped === true;
  try {
    writer.emit({
      event: 'start',
      run: id,
      model: model.name,
      epochs: recipe.epochs,
      steps: recipe.epochs * stepsPerEpoch,
      parameters,
      backend: trainer.backend,
      ...(request.resume && { resumedFrom: epoch }),
    });
    let weights = start.weights;
    while (epoch < recipe.epochs && !ended()) {
      if (control?.paused) {
        await checkpoint(weights);
        await writer.update({ state: 'paused' });
        writer.emit({ event: 'state', run: id, state: 'paused' });
        const since = performance.now();
        await control.untilContinued(signal);
        waited += performance.now() - since;
        if (ended()) break;
        await writer.update({ state: 'running' });
        writer.emit({ event: 'state', run: id, state: 'running' });
      }
      const from = performance.now();
      // Each epoch has its own stream of chance, so that a resumed run goes on as one that never stopped.
      const random = new Random(seed, `policy:${epoch}`);
      // Without a schedule the rate falls to zero where the agent wants it.
      base = control?.takeLearningRate() ?? base;
      const rateAt = (at: number) =>
        schedule
          ? schedule.rate(base, epoch, at)
          : base * (agentDefinition.decays ? 1 - epoch / recipe.epochs : 1);
      let lossSum = 0;
      let stepsTaken = 0;
      let current: Tensors | undefined = weights;
      const learner: Learner = {
        async weights() {
          current ??= await trainer.weights();
          return current;
        },
        policy: async (rows, of) => policyFor(rows, of ?? (await learner.weights())),
        async step(input, targets) {
          const learningRate = rateAt(step);
          const { loss } = await trainer.step({ [model.inputs[0]!]: input }, targets, { learningRate });
          current = undefined;
          step++;
          stepsTaken++;
          requireFiniteLoss(loss, epoch, step, learningRate);
          lossSum += loss;
          if (step % 64 !== 0) return;
          writer.emit({
            event: 'step',
            run: id,
            epoch: epoch + 1,
            step,
            loss,
            learningRate,
            samplesPerSecond:
              ((total * stepsTaken) / stepsPerEpoch / Math.max(1e-3, performance.now() - from)) * 1000,
          });
          await yieldToOthers();
        },
      };
      const returns = await agent.epoch(epoch, learner, random);
      weights = await trainer.weights();
      const tried = await evaluate(
        definition,
        await policyFor(validEpisodes, weights),
        validEpisodes,
        new Random(seed, `valid:${epoch}`),
      );
      epoch++;
      // The score of a checkpoint is better when lower; of equal policies the later one has learned more.
      const score = -mean(tried);
      if (!best || score <= best.score) best = { epoch, score, weights };
      writer.emit({
        event: 'epoch',
        run: id,
        epoch,
        train: {
          loss: lossSum / Math.max(1, stepsTaken),
          ...(returns.length > 0 && { mean_return: mean(returns) }),
        },
        valid: { mean_return: mean(tried) },
        seconds: Math.round((performance.now() - from) * 1000) / 1e6,
        gradientNorms: await trainer.gradientNorms(),
      });
      await checkpoint(weights);
    }
    const kept = best?.weights ?? weights;
    await writer.weights('weights', kept, { epoch: String(best?.epoch ?? epoch) });
    const stopped = epoch < recipe.epochs;
    if (stopped && signal?.aborted)
      return await finish('stopped', {}, `Stopped after ${epoch} of ${recipe.epochs} epochs.`);
    const returns = await evaluate(
      definition,
      await policyFor(testEpisodes, kept),
      testEpisodes,
      new Random(seed, 'test'),
    );
    const test = { mean_return: mean(returns), min_return: Math.min(...returns) };
    return await finish(
      stopped ? 'stopped' : 'finished',
      test,
      stopped ? `Stopped after ${epoch} of ${recipe.epochs} epochs.` : undefined,
    );
  } catch (e) {
    const message = e instanceof VitrineError ? e.message : 'The run ended by an internal error.';
    await finish('failed', {}, message).catch(() => {});
    throw e;
  } finally {
    await writer.close().catch(() => {});
    for (const p of policies.values()) await p.dispose();
    await trainer.dispose();
  }
}

async function openPolicy(
  engine: Engine,
  model: Model,
  dataset: EnvironmentDataset,
  rows: number,
  weights: Tensors,
) {
  const evaluator = await engine.evaluator(model, {
    bindings: bindingsFor(model, dataset.sampleShape, rows),
    weights,
  });
  const [input, output] = [model.inputs[0]!, model.outputs[0]!];
  const policy: Policy = async (observations, count) => {
    const { values } = await evaluator.run({
      [input]: { shape: [count, ...dataset.sampleShape], data: observations },
    });
    return Float32Array.from(values[output]!.data);
  };
  return { policy, load: (w: Tensors) => evaluator.load(w), dispose: () => evaluator.dispose() };
}

function agentTensors(state: Tensors): Tensors {
  return Object.fromEntries(Object.entries(state).map(([k, t]) => [agentPrefix + k, t]));
}

function agentState(state: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(state).flatMap(([k, t]) =>
      k.startsWith(agentPrefix) ? [[k.slice(agentPrefix.length), t]] : [],
    ),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
