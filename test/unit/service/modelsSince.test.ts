/** Readings that travel as what is new since the last one: whoever asks has what the reader read. */
import { strict as assert } from 'node:assert';
import { deserialize, serialize } from 'node:v8';
import type { ReadModel } from '../../../src/formats/_format';
import { PytorchReader } from '../../../src/formats/pytorch/reader';
import { Answers, LastAnswers } from '../../../src/service/modelsSince';
import { distFolder } from '../formats/pytorch/_reader';

const text = `
from torch import nn

class Part(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.fc = nn.Linear(width, width)

    def forward(self, x):
        return self.fc(x).relu()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.parts = nn.Sequential(*[Part() for _ in range(20)])
        self.last = nn.Linear(8, 2)

    def forward(self, x):
        x = self.parts(x)
        return self.last(x)
`;
const file = '/vitrine-test/model.py';

describe('readings since the last one', function () {
  this.timeout(60_000);
  const reader = new PytorchReader({ distFolder });
  after(() => reader.dispose());
  let answers = new Answers();
  let bytes = 0;
  /** Those that were lost on their way, by their number. */
  let lost = 0;

  const ask = async (last: LastAnswers, of: string) => {
    let read: Record<string, ReadModel> = {};
    const models = await last.ask('model', async since => {
      read = await reader.read({ file, texts: { [file]: of } });
      const sent = serialize(answers.tell(read, since));
      bytes = sent.length;
      if (lost-- > 0) throw new Error('lost');
      return deserialize(sent) as ReturnType<Answers['tell']>;
    });
    assert.deepEqual(models, deserialize(serialize(read)));
    return models;
  };
  const edits: [string, (t: string) => string][] = [
    ['a comment', t => t.replace('class Net', '# A comment.\nclass Net')],
    ['a line', t => t.replace('x = self.parts(x)', 'y = 1\n        x = self.parts(x)')],
    ['a line at the end', t => `${t}# The end.\n`],
    ['a line of a part', t => t.replace('return self.fc', 'y = 1\n        return self.fc')],
  ];

  for (const [what, edit] of edits)
    it(`are places after ${what}`, async () => {
      const last = new LastAnswers();
      const before = await ask(last, text);
      const whole = bytes;
      const now = await ask(last, edit(text));
      assert.ok(bytes < whole / 3, `${bytes} of ${whole} bytes`);
      assert.equal(now['Net']!.model!.values, before['Net']!.model!.values);
      await ask(last, text);
    });

  it('are whole models where these have changed', async () => {
    const last = new LastAnswers();
    await ask(last, text);
    for (const now of [
      text.replace('nn.Linear(8, 2)', 'nn.Linear(8, 3)'),
      text.replace('.relu()', '.tanh()'),
      text.replace('x = self.parts(x)', 'h = self.parts(x)').replace('self.last(x)', 'self.last(h)'),
      text.replace('class Part', 'class Piece').replace('Part()', 'Piece()'),
      'x = (',
      text,
    ])
      await ask(last, now);
  });

  it('are whole where the other side was started anew, or an answer was lost', async () => {
    const last = new LastAnswers();
    await ask(last, text);
    answers = new Answers();
    await ask(last, edits[0]![1](text));
    lost = 1;
    await assert.rejects(ask(last, edits[1]![1](text)), /lost/);
    await ask(last, edits[3]![1](text));
    for (let i = 0; i < 40; i++) await ask(new LastAnswers(), `${text}# ${i}\n`);
    await ask(last, edits[2]![1](text));
  });
});
