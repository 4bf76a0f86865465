/** The names that an experiment may choose from. */
export interface Choice {
  name: string;
  summary: string;
}

export const losses: readonly (Choice & { target: 'classes' | 'number' | 'two-classes' })[] = [
  { name: 'bce_with_logits', summary: 'Binary cross-entropy of one score per row.', target: 'two-classes' },
  {
    name: 'cross_entropy',
    summary: 'Cross-entropy of the softmax of the scores, one per class.',
    target: 'classes',
  },
  { name: 'l1', summary: 'Mean absolute error.', target: 'number' },
  { name: 'mse', summary: 'Mean squared error.', target: 'number' },
  { name: 'smooth_l1', summary: 'Squared error near zero, absolute error beyond.', target: 'number' },
];

export const optimizers: readonly (Choice & { options: readonly string[] })[] = [
  {
    name: 'Adam',
    summary: 'Adaptive moments (Kingma and Ba 2015).',
    options: ['betas', 'eps', 'weight_decay', 'amsgrad'],
  },
  {
    name: 'AdamW',
    summary: 'Adam with decoupled weight decay (Loshchilov and Hutter 2019).',
    options: ['betas', 'eps', 'weight_decay', 'amsgrad'],
  },
  {
    name: 'RMSprop',
    summary: 'Gradient over its running root mean square (Hinton 2012).',
    options: ['alpha', 'eps', 'weight_decay', 'momentum', 'centered'],
  },
  {
    name: 'SGD',
    summary: 'Stochastic gradient descent, with momentum if wanted.',
    options: ['momentum', 'dampening', 'weight_decay', 'nesterov'],
  },
];
