import type { OptimizerDefinition } from '../optimizer';
import { adam, adamOptions } from './_adam';

export const optimizer: OptimizerDefinition = {
  name: 'AdamW',
  torch: 'torch.optim.AdamW',
  summary: 'Adam with a decay of weights that the gradient does not scale',
  formula: 'θ ← (1 - η λ) θ - η m̂ / (√v̂ + ε)',
  paper: {
    authors: 'I. Loshchilov, F. Hutter',
    year: 2019,
    title: 'Decoupled Weight Decay Regularization',
    url: 'https://arxiv.org/abs/1711.05101',
  },
  options: adamOptions(0.01),
  learningRate: 1e-3,
  ...adam(true),
};
