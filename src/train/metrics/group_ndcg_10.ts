import type { Metric } from '../metric';
import { mean } from './_counts';
import { discountedGain, rankedGroups } from './_ranking';

export const metric: Metric = {
  id: 'group_ndcg_10',
  title: 'NDCG at 10 by group',
  summary:
    "How near the ten rows that are predicted best are to the best order, within each group of data.rank; 1 is the best order. scikit-learn's ndcg_score(k=10), the mean over the groups.",
  kind: 'number',
  better: 'higher',
  compute(predictions, targets) {
    const groups = rankedGroups(predictions);
    if (!groups?.length) return Number.NaN;
    return mean(
      groups.map(rows => {
        const gains = rows.map(row => targets[row]!);
        const best = discountedGain(
          [...gains].sort((a, b) => b - a),
          10,
        );
        return best === 0 ? 0 : discountedGain(gains, 10) / best;
      }),
    );
  },
};
