/** What looks at a tensor's numbers only to refuse or to show them does not stop a reading; other uses of numbers do. */
import { strict as assert } from 'node:assert';
import { readText, said } from './_reader';

const net = (forward: string) => `import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(4, 2)

    def forward(self, x):
${forward.replace(/^/gm, '        ')}
`;

describe('checks of a tensor in forward', function () {
  this.timeout(60_000);

  for (const [what, lines] of [
    ['a condition that raises', 'if x.min() < 0 or x.max() > 1:\n    raise ValueError(f"got {x.min()}")'],
    ['an assertion', 'assert torch.isfinite(x).all(), "not finite"'],
    ['a print', 'print("mean", x.mean().item())'],
    ['a condition that prints', 'if torch.isnan(x).any():\n    print("nan", x.shape)'],
    [
      'conditions that print one way or the other',
      'if x.sum() > 0:\n    print("+")\nelif x.sum() < 0:\n    print("-")\nelse:\n    print("0")',
    ],
    ['a check before another way', 'if x.sum() == 0:\n    raise RuntimeError("empty")\nelse:\n    x = x * 2'],
  ] as const)
    it(`lets the model be read: ${what}`, async () => {
      const { Net } = await readText(net(`${lines}\nreturn self.out(x)`));
      assert.deepEqual(said(Net), []);
      assert.deepEqual(Net!.model!.values[Net!.model!.outputs[0]!]!.shape, ['N', 2]);
    });

  it('still fails where shapes alone say that the check fails', async () => {
    const { Net } = await readText(net('x = self.out(x)\nassert x.shape[1] == 3, "three, please"\nreturn x'));
    assert.match(said(Net).join('\n'), /12:\d+ AssertionError: three, please/);
    const raised = await readText(
      net('x = self.out(x)\nif x.size(1) != 3:\n    raise ValueError("three!")\nreturn x'),
    );
    assert.match(said(raised['Net']).join('\n'), /13:\d+ ValueError: three!/);
  });

  it('is no answer where the numbers decide what is computed', async () => {
    const { Net } = await readText(net('if x.sum() > 0:\n    x = x * 2\nreturn self.out(x)'));
    assert.match(said(Net).join('\n'), /unsupported-op 11:\d+ the code asks for a tensor's numbers/);
    const other = await readText(
      net('if x.sum() > 0:\n    print("as it is")\nelse:\n    x = x * 2\nreturn self.out(x)'),
    );
    assert.match(said(other['Net']).join('\n'), /unsupported-op 11:\d+ the code asks for a tensor's numbers/);
  });
});
