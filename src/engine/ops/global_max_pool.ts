import { spatialReduction } from './_global';

export const op = spatialReduction({
  name: 'GlobalMaxPool',
  summary: 'Maximum of each channel',
  torch: ['nn.AdaptiveMaxPool2d(1)'],
  reduce: 'ReduceMax',
});
