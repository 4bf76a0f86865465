import { cocoThresholds } from '../../data/boxes/averagePrecision';
import type { Metric } from '../metric';
import { precisionOfGrids } from './_boxes';

export const metric: Metric = {
  id: 'map',
  title: 'Mean average precision',
  summary:
    "Average precision of the detected boxes, the mean over classes and over overlaps from 0.5 to 0.95: COCO's mAP.",
  kind: 'number',
  better: 'higher',
  compute: (predictions, targets) => precisionOfGrids(predictions, targets, cocoThresholds),
};
