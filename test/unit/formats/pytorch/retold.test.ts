/** A model that an edit leaves as it was but for its places keeps its values; one that it changes is told anew. */
import { strict as assert } from 'node:assert';
import { PytorchReader } from '../../../../src/formats/pytorch/reader';
import { distFolder } from './_reader';

const text = `
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 8)
        self.last = nn.Linear(8, 2)

    def forward(self, x):
        y = self.first(x).relu()
        return self.last(y)
`;
const line = '        y = self.first(x).relu()\n';

describe('a model that is told again', function () {
  this.timeout(60_000);
  const file = '/vitrine-test/model.py';
  const without = (read: unknown) =>
    JSON.parse(JSON.stringify(read, (key, value) => (key === 'milliseconds' ? 0 : value))) as unknown;

  for (const [what, to, isKept] of [
    ['in other lines keeps its values', `        z = 1\n${line}`, true],
    ['with another name for a value is another one', `${line.replace('y =', 'h =')}        y = h\n`, false],
    ['with another operation is another one', line.replace('relu', 'tanh'), false],
    ['with the same of other numbers is another one', line.replace('.relu()', '.relu() * 3'), false],
  ] as const)
    it(what, async () => {
      const reader = new PytorchReader({ distFolder });
      const fresh = new PytorchReader({ distFolder });
      try {
        const read = (by: PytorchReader, t: string) => by.read({ file, texts: { [file]: t } });
        await read(reader, text.replace(line, `${line}        y = y * 2\n`));
        const before = await read(reader, text);
        const after = text.replace(line, to);
        const again = await read(reader, after);
        assert.deepEqual(without(again), without(await read(fresh, after)));
        assert.equal(again['Net']!.model!.values === before['Net']!.model!.values, isKept);
      } finally {
        await Promise.all([reader.dispose(), fresh.dispose()]);
      }
    });
});
