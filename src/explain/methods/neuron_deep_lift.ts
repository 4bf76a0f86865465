/** Neuron DeepLIFT: what each input contributes to how far one unit of a layer is from what it is for a neutral input. */

import { neuronMethod, neuronSubject } from '../layers/neuron';
import { baselineOption } from '../perturbation/baseline';
import { deepLift } from './deep_lift';

export const method = neuronMethod(
  {
    id: 'neuron_deep_lift',
    title: 'Neuron DeepLIFT',
    paper: {
      authors: 'Shrikumar, Greenside and Kundaje',
      year: 2017,
      title: 'Learning Important Features Through Propagating Activation Differences',
      url: 'https://arxiv.org/abs/1704.02685',
    },
    summary: 'What each input contributes to the difference of one unit of a layer from a neutral input.',
  },
  { baseline: baselineOption },
  (request, neuron, { start }) => deepLift(neuronSubject(request, neuron), start),
);
