/** The sentences of words.ts in Simplified Chinese. */
import type { FairnessWords } from './words';

export const chineseFairness: FairnessWords = {
  gap: (title, value, interval) =>
    `最大的差距在${title}：${value}${interval ? `（95 % 区间 ${interval}）` : ''}。`,
  between: (rate, low, lowRate, high, highRate) =>
    `${low} 的${rate}为 ${lowRate}，${high} 的为 ${highRate}。`,
  range: (low, high) => `${low} 至 ${high}`,
  beyondChance: share => `随机分组只有 ${share} 相差同样大。`,
  maybeChance: share => `随机分组有 ${share} 相差同样大：行数太少，说明不了差异。`,
  fourFifths: ratio => `被选中最少的群体，其选中率只有最多者的 ${ratio}，低于通常要求的五分之四。`,
  small: (names, least) => `少于 ${least} 行，太少而不作比较，未计入差异：${names.join('、')}。`,
  tooFew: least =>
    `至少有 ${least} 行的群体不足两个，因此没有可说的差异。请使用更多数据或更粗的分组，或降低 --min-group。`,
  undefinedRate: (group, rate) => `“${group}”没有可用来计算${rate}的行，因此不给出其差距。`,
  noProbabilities: '输出不是概率，因此既没有校准，也无法选择阈值。',
  caution: '当各群体属于该类的频率不同时，这些标准互相排斥：哪一个重要由人来决定。',
  titles: {
    demographic_parity_difference: '人口均等差',
    equalized_odds_difference: '均等机会差（两类错误）',
    accuracy_difference: '准确率差',
  },
  rates: {
    selection_rate: '选中率',
    base_rate: '该类所占比例',
    accuracy: '准确率',
    true_positive_rate: '真阳性率',
    false_positive_rate: '假阳性率',
    true_negative_rate: '真阴性率',
    false_negative_rate: '假阴性率',
    precision: '精确率',
  },
};
