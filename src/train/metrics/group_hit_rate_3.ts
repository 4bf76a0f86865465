import type { Metric } from '../metric';
import { mean } from './_counts';
import { rankedGroups } from './_ranking';

export const metric: Metric = {
  id: 'group_hit_rate_3',
  title: 'Hit rate at 3 by group',
  summary:
    'Share of the groups of data.rank whose best row (or one of them) is among the three that are predicted best.',
  kind: 'number',
  better: 'higher',
  compute(predictions, targets) {
    const groups = rankedGroups(predictions)?.filter(rows => rows.length > 3);
    if (!groups?.length) return Number.NaN;
    return mean(
      groups.map(rows => {
        const best = Math.max(...rows.map(row => targets[row]!));
        return rows.slice(0, 3).some(row => targets[row] === best) ? 1 : 0;
      }),
    );
  },
};
