import type { Metric } from '../metric';
import { precisionOfGrids } from './_boxes';

export const metric: Metric = {
  id: 'map_50',
  title: 'Mean average precision at 0.5',
  summary:
    "Average precision of the detected boxes where an overlap of one half counts as found: COCO's AP50.",
  kind: 'number',
  better: 'higher',
  compute: (predictions, targets) => precisionOfGrids(predictions, targets, [0.5]),
};
