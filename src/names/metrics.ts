/** What measures of a training are called in headings and lists, by their names in metrics.jsonl. Page and host share it. */

const english: Readonly<Record<string, string>> = {
  r2: 'R²',
  mse: 'MSE',
  mae: 'MAE',
  rmse: 'RMSE',
  map: 'mAP',
  map_50: 'mAP at 0.5',
  mrr: 'MRR',
  roc_auc: 'ROC AUC',
  macro_f1: 'Macro F1',
  ndcg_10: 'NDCG at 10',
  hit_rate_10: 'Hit rate at 10',
  group_ndcg_10: 'NDCG at 10 by group',
  group_hit_rate_3: 'Hit rate at 3 by group',
};

const chinese: Readonly<Record<string, string>> = {
  loss: '损失',
  accuracy: '准确率',
  balanced_accuracy: '平衡准确率',
  exact_match: '完全匹配率',
  group_hit_rate_3: '分组命中率@3',
  group_ndcg_10: '分组 NDCG@10',
  hit_rate_10: '命中率@10',
  log_loss: '对数损失',
  macro_f1: '宏平均 F1',
  macro_precision: '宏平均精确率',
  macro_recall: '宏平均召回率',
  mae: '平均绝对误差',
  map: '平均精度均值（mAP）',
  map_50: 'mAP@0.5',
  matthews_correlation: '马修斯相关系数',
  max_error: '最大误差',
  mrr: '平均倒数排名（MRR）',
  mse: '均方误差',
  ndcg_10: 'NDCG@10',
  r2: 'R²',
  rmse: '均方根误差',
  roc_auc: 'ROC AUC',
  bleu: 'BLEU',
  perplexity: '困惑度',
  sequence_accuracy: '序列准确率',
  symbol_error_rate: '符号错误率',
  mean_return: '平均回报',
  min_return: '最小回报',
};

/** As a heading: "ROC AUC", "Macro recall". */
export function metricTitle(id: string, language: string | undefined): string {
  const known = language?.toLowerCase().startsWith('zh') ? chinese[id] : undefined;
  if (known ?? english[id]) return known ?? english[id]!;
  const text = id.replace(/_/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Within a line: "mean return", as the experiment file names it, with spaces; by its name in another language. */
export function metricWord(id: string, language: string | undefined): string {
  return (language?.toLowerCase().startsWith('zh') && chinese[id]) || id.replaceAll('_', ' ');
}
