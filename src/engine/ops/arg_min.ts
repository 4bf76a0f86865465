import { argOp } from './_arg';

export const op = argOp(
  {
    name: 'ArgMin',
    summary: 'Index of the smallest value along an axis',
    torch: ['torch.argmin'],
  },
  '<',
);
