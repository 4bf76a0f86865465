/**
 * An engine that keeps what it compiled: a method and its judges ask for the same plan many times, with the trained
 * weights or with others. The plan stays, and the weights are exchanged when the next asker wants other ones.
 */
import type { Engine, Evaluator, EvaluatorRequest } from '../../engine/engine';
import type { Model, Tensors } from '../../model/graph';

interface Plan {
  evaluator: Evaluator;
  loaded: Tensors;
}

export class EvaluatorPool implements Engine {
  private readonly plans = new Map<string, Promise<Plan>>();
  private readonly models = new Map<Model, number>();

  constructor(private readonly engine: Engine) {}

  get backend() {
    return this.engine.backend;
  }

  trainer: Engine['trainer'] = (model, request) => this.engine.trainer(model, request);

  /** One at a time may run: what it returns shares its memory with others of the same plan. */
  async evaluator(model: Model, request: EvaluatorRequest): Promise<Evaluator> {
    if (!this.models.has(model)) this.models.set(model, this.models.size);
    const { weights, ...plan } = request;
    const key = JSON.stringify([this.models.get(model), plan]);
    const open = this.plans.get(key) ?? this.open(model, request);
    this.plans.set(key, open);
    const shared = await open.catch(error => {
      this.plans.delete(key);
      throw error;
    });
    const use = async () => {
      if (shared.loaded === weights) return;
      await shared.evaluator.load(weights);
      shared.loaded = weights;
    };
    return {
      backend: shared.evaluator.backend,
      run: async (feeds, { inPlace: _, ...options } = {}) => {
        await use();
        return shared.evaluator.run(feeds, options);
      },
      // Others may write where the plan reads, so each has an array of its own.
      bindInput: async (id, rows) => {
        const { shape, data } = await shared.evaluator.bindInput(id, rows);
        return { shape, data: new Float32Array(data.length) };
      },
      load: async changed => {
        await shared.evaluator.load(changed);
        shared.loaded = changed;
      },
      // The plan outlives its askers.
      dispose: async () => {},
    };
  }

  /** Frees every plan; the engine itself stays. */
  async dispose(): Promise<void> {
    const plans = [...this.plans.values()];
    this.plans.clear();
    for (const plan of plans) {
      const { evaluator } = await plan.catch(() => ({ evaluator: undefined }));
      await evaluator?.dispose();
    }
  }

  private async open(model: Model, request: EvaluatorRequest): Promise<Plan> {
    return { evaluator: await this.engine.evaluator(model, request), loaded: request.weights };
  }
}
