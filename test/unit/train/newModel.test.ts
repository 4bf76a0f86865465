import assert from 'node:assert/strict';
import { newModel } from '../../../src/train/setup/newModel';

describe('A first model', () => {
  const table = { file: 'heart-failure 2.csv', target: 'ill', modality: 'table', outputs: 3 } as const;

  it('has an output for each class, and inputs for each column where their number is known', () => {
    const { name, text } = newModel({ ...table, shape: [4] });
    assert.equal(name, 'HeartFailure2Net');
    assert.match(text, /self\.hidden1 = nn\.Linear\(4, 32\)/);
    assert.match(text, /self\.out = nn\.Linear\(16, 3\)/);
  });

  it('leaves the width of a table that was not read whole to the data', () => {
    const { name, text } = newModel({ ...table, file: '2024.csv', shape: [undefined], outputs: 1 });
    assert.equal(name, 'Data2024Net');
    assert.match(text, /nn\.LazyLinear\(32\)/);
    assert.match(text, /nn\.Linear\(16, 1\)/);
  });

  it('suits pictures, clips, spectrograms, series and texts', () => {
    const of = (modality: 'image' | 'video' | 'sound' | 'series' | 'text', shape: number[], more = {}) =>
      newModel({ file: 'd', target: 'c', modality, shape, outputs: 2, ...more }).text;
    assert.match(of('image', [3, 32, 32]), /nn\.Conv2d\(3, 16/);
    assert.match(of('video', [1, 8, 16, 16]), /nn\.Conv3d\(1, 8/);
    assert.match(of('sound', [1, 40, 64]), /nn\.Conv2d\(1, 16/);
    assert.match(of('sound', [1, 8000]), /nn\.Conv1d\(1, 32/);
    assert.match(of('series', [24, 5]), /nn\.Conv1d\(5, 32/);
    assert.match(of('text', [64], { vocabulary: 90 }), /nn\.Embedding\(90, 32\)/);
    assert.match(of('text', [64], { vocabulary: 90, continues: true }), /nn\.GRU/);
  });

  it('has a vector for each id', () => {
    const ids = [
      { name: 'user', id: true, values: 160 },
      { name: 'film', id: true, values: 120 },
    ];
    const of = (embedded: Parameters<typeof newModel>[0]['embedded'] & object, outputs = 1) =>
      newModel({ ...table, modality: 'mixed', shape: [2], outputs, embedded }).text;
    const two = of(ids);
    assert.match(two, /self\.user = nn\.Embedding\(161, 16, padding_idx=0\)/);
    assert.match(
      two,
      /def forward\(self, user, film\):\n {8}agree = \(self\.user\(user\) \* self\.film\(film\)\)/,
    );
    assert.match(
      of([...ids, { name: 'era', id: false, values: 3 }]),
      /v = torch\.stack[\s\S]*v\.sum\(dim=1\) \*\* 2/,
    );
    const joined = of([ids[0]!, { name: 'era', id: false, values: 3 }, { name: 'numbers', width: 4 }], 2);
    assert.match(joined, /torch\.cat\(\[self\.user\(user\), self\.era\(era\), numbers\], dim=1\)/);
    assert.match(joined, /nn\.Linear\(38, 32\)[\s\S]*nn\.Linear\(32, 2\)/);
  });

  it('writes sound Python whatever the column is called', () => {
    const { text } = newModel({ ...table, file: 'a"""b\\.csv', target: 'x"""\n"y\\', shape: [2] });
    assert.equal(text.split('"""').length, 3);
    assert.ok(!text.split('"""')[1]!.includes('\n'));
  });
});
