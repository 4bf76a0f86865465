/** `view` of what was permuted: PyTorch refuses it where dimensions that are no neighbours in memory would be joined. */
import { strict as assert } from 'node:assert';
import { readText, said } from './_reader';

const net = (forward: string) => `import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)

    def forward(self, x):
        x = self.conv(x)
        n, c, h, w = x.shape
        return ${forward}
`;

describe('view of a tensor whose dimensions were permuted', function () {
  this.timeout(60_000);

  // PyTorch 2.5.1 was asked for each with [3, 3, 16, 20].
  for (const refused of [
    'x.permute(0, 2, 3, 1).view(n, -1)',
    'x.transpose(1, 2).view(n, h, c * w)',
    'x.permute(0, 2, 3, 1).view(-1, w * c)',
    'x.permute(1, 0, 2, 3).view(c, -1)',
    'torch.transpose(x, 2, 3).view(n, c, -1)',
  ])
    it(`is refused: ${refused}`, async () => {
      const text = net(refused);
      const { Net } = await readText(text);
      assert.match(
        said(Net).join('\n'),
        /^error shape-mismatch 13:16 RuntimeError: view size is not compatible with input tensor's size and stride/,
      );
      const { fix } = Net!.diagnostics[0]!;
      assert.equal(fix!.text, 'reshape');
      const line = text.split('\n')[fix!.range.line - 1]!;
      assert.equal(line.slice(fix!.range.column - 1, fix!.range.endColumn - 1), 'view');
    });

  for (const allowed of [
    'x.permute(0, 2, 3, 1).contiguous().view(n, -1)',
    'x.permute(0, 2, 3, 1).reshape(n, -1)',
    'x.permute(0, 2, 3, 1).view(n, -1, c)',
    'x.permute(0, 2, 3, 1).view(n, h, w, 2, 4)',
    'x.transpose(1, 2).transpose(1, 2).view(n, -1)',
    'x.mean(1, keepdim=True).permute(0, 2, 3, 1).view(n, -1)',
    'x.permute(1, 0, 2, 3).view(c, n, -1)',
    '(x.permute(0, 2, 3, 1) @ x.new_zeros(c, 5)).view(n, -1)',
  ])
    it(`is read: ${allowed}`, async () => {
      const { Net } = await readText(net(allowed));
      assert.deepEqual(said(Net), []);
    });
});
