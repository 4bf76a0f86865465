import { spatialReduction } from './_global';

export const op = spatialReduction({
  name: 'GlobalAveragePool',
  summary: 'Mean of each channel',
  torch: ['nn.AdaptiveAvgPool2d(1)'],
  reduce: 'ReduceMean',
});
