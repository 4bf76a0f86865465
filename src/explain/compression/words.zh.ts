/** The sentences of words.ts in Simplified Chinese. */
import type { CompressionWords } from './words';

export const chineseCompression: CompressionWords = {
  bits: '每个权重的位数',
  removed: '去掉的权重',
  same: '不变的答案',
  variance: '保留的方差',
  changed: '改变的答案',
  varianceLost: '失去的方差',
  layer: '层',
  room: '占用',
  left: '剩余权重',
  metrics: {
    auto: '得分',
    accuracy: '准确率',
    neg_log_loss: '对数损失',
    r2: 'R²',
    neg_mean_squared_error: '均方误差',
  },
  kept: (share, rows, classes) =>
    classes ? `${rows} 行中有 ${share} 的答案不变` : `对 ${rows} 行的答案保留了 ${share} 的方差`,
  bitsEnough: (bits, kept, room, whole) =>
    `每个权重 ${bits} 位就够了：${kept}，权重占用 ${room}，而不是 ${whole}。`,
  bitsNever: (bits, kept) => `每个权重 ${bits} 位也不够：${kept}。`,
  removedEnough: (share, kept) => `去掉最小的 ${share} 权重也行：${kept}。`,
  removedNever: (share, kept) => `它需要这些权重：仅去掉最小的 ${share}，${kept}。`,
  score: (metric, value, own) => `此时${metric}为 ${value}；完整时为 ${own}。`,
  weakest: (layer, level, changed, classes) =>
    `最敏感的层是 ${layer}：只在这一层${level}，${classes ? `就有 ${changed} 的答案改变` : `就失去 ${changed} 的方差`}。`,
  noWeakest: level => `没有特别敏感的层：只在其中一层${level}，所有答案都不变。`,
  bitsOf: bits => `用 ${bits} 位`,
  without: share => `去掉 ${share} 的权重`,
};
