/** Sizes that a script sets under its main guard, and its classes take from there. */
import { strict as assert } from 'node:assert';
import { parameterCount } from '../../../../src/model/elements';
import { readText, said } from './_reader';

const script = (parts: { size?: string; forward?: string; more?: string; train?: string } = {}) => `
import torch
from torch import nn

class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.look = nn.Embedding(len(vocab), width)
        self.out = nn.Linear(width, ${parts.size ?? 'len(tags)'})

    def forward(self, x):
        ${parts.forward ?? 'return self.out(self.look(x))[:, -last:]'}

if __name__ == '__main__':
    import math
    vocab = {}
    for word in 'the cat sat on the mat'.split():
        vocab.setdefault(word, len(vocab))
    tags = ['a', 'b']
    tags.append('c')
    width = int(math.sqrt(64))
    last = 2
    ${parts.more ?? ''}
    model = Tagger()
    ${parts.train ?? 'optimizer = torch.optim.Adam(model.parameters())'}
    for epoch in range(10):
        loss = model(torch.zeros(1, 6, dtype=torch.long)).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
`;

const taggerOf = async (text: string) => (await readText(text))['Tagger']!;

describe('a script whose classes take sizes from under its main guard', function () {
  this.timeout(60_000);

  it('is read with the sizes that stand there, as PyTorch has them', async () => {
    const tagger = await taggerOf(script());
    assert.deepEqual(said(tagger), []);
    assert.equal(parameterCount(tagger.model!), 5 * 8 + 8 * 3 + 3);
    assert.deepEqual(
      tagger.model!.outputs.map(o => tagger.model!.values[o]!.shape),
      [['N', 2, 3]],
    );
  });

  it('says what is set nowhere', async () => {
    const tagger = await taggerOf(script({ size: 'n_tags' }));
    assert.equal(tagger.model, undefined);
    assert.match(said(tagger).join('\n'), /^error \S+ 9:\d+ NameError: name 'n_tags' is not defined/);
  });

  it('takes nothing that a function sets for itself, and runs no training', async () => {
    const more = "loss = open('there is no such file').read()\n    score = undefined_name";
    const local = 'score = self.look(x); loss = self.out(score); return loss';
    const tagger = await taggerOf(script({ more, forward: local }));
    assert.deepEqual(said(tagger), []);
    assert.equal(parameterCount(tagger.model!), 67);
  });

  it('reads with an unknown size where what sets it fails, and is no error', async () => {
    const more = "tags = open('tags.txt').read().split()";
    const tagger = await taggerOf(script({ more }));
    assert.ok(!said(tagger).some(d => d.startsWith('error')), said(tagger).join('\n'));
  });

  it('has what is imported and defined there, as a script has it', async () => {
    const { Net } = await readText(`
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)
        self.last = Scaled()

    def forward(self, x):
        return self.last(half(self.fc(Variable(x)))) * np.pi

if __name__ == "__main__":
    from torch.autograd import Variable
    import numpy as np

    def half(x):
        return x / 2

    class Scaled(nn.Module):
        def forward(self, x):
            return x * 3

    print(Net()(torch.randn(2, 8)))
`);
    assert.deepEqual(said(Net), []);
    assert.equal(parameterCount(Net!.model!), 36);
  });

  it('follows an edit under the guard, and one that asks for another name', async () => {
    for (const [text, count] of [
      [script({ more: 'width = 16' }), 5 * 16 + 16 * 3 + 3],
      [script({ size: 'last' }), 5 * 8 + 8 * 2 + 2],
      [script(), 67],
    ] as const) {
      const tagger = await taggerOf(text);
      assert.ok(tagger.model, said(tagger).join('\n'));
      assert.equal(parameterCount(tagger.model), count);
    }
  });
});

describe('words of a sentence without a batch', function () {
  this.timeout(60_000);

  it('are as many as a layer behind their vectors in a row wants', async () => {
    const { Grams } = await readText(`
from torch import nn

class Grams(nn.Module):
    def __init__(self, words=30, context=2, width=10):
        super().__init__()
        self.look = nn.Embedding(words, width)
        self.fc = nn.Linear(context * width, words)

    def forward(self, x):
        return self.fc(self.look(x).view(1, -1))
`);
    assert.ok(!said(Grams).some(d => d.startsWith('error')), said(Grams).join('\n'));
    assert.deepEqual(
      Grams!.model!.outputs.map(o => Grams!.model!.values[o]!.shape),
      [[1, 30]],
    );
  });
});
