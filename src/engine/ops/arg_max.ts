import { argOp } from './_arg';

export const op = argOp(
  {
    name: 'ArgMax',
    summary: 'Index of the largest value along an axis',
    torch: ['torch.argmax'],
  },
  '>',
);
