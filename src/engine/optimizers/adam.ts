import type { OptimizerDefinition } from '../optimizer';
import { adam, adamOptions } from './_adam';

export const optimizer: OptimizerDefinition = {
  name: 'Adam',
  torch: 'torch.optim.Adam',
  summary: "Steps scaled by each weight's running mean and variance of the gradient",
  formula: 'θ ← θ - η m̂ / (√v̂ + ε)',
  paper: {
    authors: 'D. P. Kingma, J. Ba',
    year: 2015,
    title: 'Adam: A Method for Stochastic Optimization',
    url: 'https://arxiv.org/abs/1412.6980',
  },
  options: adamOptions(0),
  learningRate: 1e-3,
  ...adam(false),
};
