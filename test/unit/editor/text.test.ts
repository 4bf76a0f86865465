import * as assert from 'node:assert/strict';
import { attributionText, placeIn, topAttributions } from '../../../src/editor/text/attributions';
import {
  bar,
  code,
  count,
  duration,
  number,
  plain,
  sentences,
  shapeText,
  shortCount,
} from '../../../src/editor/text/format';
import { histogramSvg, svgDataUri } from '../../../src/editor/text/histogram';
import {
  classAround,
  classPlaces,
  looksLikeModelFile,
  selfAttributeAt,
} from '../../../src/editor/text/python';
import type { Explanation } from '../../../src/explain/method';
import { source } from './model';

describe('format', () => {
  it('puts a blank between sentences where the script has one', () => {
    assert.equal(
      sentences('Net is trained: 60 epochs.', 'Test accuracy: 90 %.', ''),
      'Net is trained: 60 epochs. Test accuracy: 90 %.',
    );
    assert.equal(sentences('Net 训练完成：60 轮。', '', '用时 3 s。'), 'Net 训练完成：60 轮。用时 3 s。');
  });

  it('writes counts', () => {
    assert.equal(count(27434), '27,434');
    assert.deepEqual([950, 999.6, 27434, 123456, 3.1e9].map(shortCount), [
      '950',
      '1 k',
      '27.4 k',
      '123 k',
      '3.1 G',
    ]);
  });

  it('writes shapes as PyTorch does', () => {
    assert.equal(shapeText(['N', 3, '((N+1)//(2))']), '[N, 3, (N+1)//2]');
    assert.equal(shapeText([]), '[]');
  });

  it('writes numbers with three digits', () => {
    assert.deepEqual([0, 0.70719, -0.70719, 12, 1e-7, Number.NaN, -Infinity, 1234.5].map(number), [
      '0',
      '0.707',
      '−0.707',
      '12',
      '1.00e−7'.replace('−', '-'),
      'NaN',
      '−∞',
      '1230',
    ]);
  });

  it('writes durations', () => {
    assert.deepEqual([0.25, 42.4, 83, 3720].map(duration), ['0.3 s', '42 s', '1 min 23 s', '1 h 2 min']);
  });

  it('draws bars in eighths', () => {
    assert.deepEqual(
      [0, 0.5, 1, 2, 1 / 64].map(x => bar(x)),
      ['', '████', '████████', '████████', '▏'],
    );
  });

  it('fences code that holds backticks', () => {
    assert.equal(code('a`b'), '``a`b``');
    assert.equal(code('a|b'), '`a\\|b`');
  });

  it('takes the meaning from Markdown signs', () => {
    assert.equal(plain('[x](y) *z*'), '\\[x\\]\\(y\\) \\*z\\*');
  });
});

describe('histogram', () => {
  it('draws one bar per bin, the highest at full height, and zero where it lies', () => {
    const svg = histogramSvg([0, 2, 4], { min: -1, max: 1, width: 30, height: 12 });
    assert.equal(svg.match(/<rect/g)?.length, 3);
    assert.match(svg, /<rect x="20" y="1" width="9.5" height="10"\/>/);
    assert.match(svg, /<line x1="15" y1="0" x2="15"/);
  });

  it('travels as a data URI', () => {
    assert.equal(Buffer.from(svgDataUri('<svg/>').split(',')[1]!, 'base64').toString(), '<svg/>');
  });
});

describe('Python at a glance', () => {
  it('knows files that may hold models', () => {
    assert.ok(looksLikeModelFile(source));
    assert.ok(!looksLikeModelFile('import torch\nprint(1)'));
    assert.ok(!looksLikeModelFile('class A(object): pass'));
  });

  it('finds model classes, also through one another, with their end', () => {
    const text = `${source}
class Base(torch.nn.Module, Mixin):
    pass

class Deep(Base):

    x = 1
# a comment at the margin
    y = 2
class Other(object):
    pass
class Long(
    nn.Module,
):
    pass
`;
    assert.deepEqual(
      classPlaces(text).map(c => [c.name, c.line, c.endLine]),
      [
        ['Net', 4, 12],
        ['Base', 14, 15],
        ['Deep', 17, 21],
        ['Long', 24, 27],
      ],
    );
  });

  it('knows the class around a line', () => {
    const places = classPlaces(source);
    assert.equal(classAround(places, 8)?.name, 'Net');
    assert.equal(classAround(places, 1), undefined);
  });

  it('finds self.name under the cursor', () => {
    const line = '        x = F.relu(self.fc1(x))';
    assert.deepEqual(selfAttributeAt(line, 26), { name: 'fc1', start: 20, end: 28 });
    assert.equal(selfAttributeAt(line, 14), undefined);
  });
});

describe('attributions as a list', () => {
  const explanation = (values: number[], shape: number[], names?: string[]) =>
    ({ attribution: { values, shape, ...(names ? { names } : {}) } }) as unknown as Explanation;

  it('begin with the largest in size, by name', () => {
    const top = topAttributions(explanation([0.1, -0.4, 0, 0.2], [4], ['a', 'b', 'c', 'd']), 2, String);
    assert.deepEqual(
      top.map(t => [t.name, t.value, t.fraction]),
      [
        ['b', -0.4, 1],
        ['d', 0.2, 0.5],
      ],
    );
    assert.equal(attributionText(top[1]!), '████ +0.2');
  });

  it('name pixels by their place', () => {
    const values = new Array(64).fill(0);
    values[19] = 1;
    assert.deepEqual(
      topAttributions(explanation(values, [1, 8, 8]), 5, p => p.join(',')).map(t => t.name),
      ['2,3'],
    );
    assert.deepEqual(placeIn(70, [3, 8, 8]), [1, 0, 6]);
  });

  it('leave out what is not finite', () => {
    assert.deepEqual(topAttributions(explanation([Number.NaN, Infinity], [2]), 5, String), []);
  });
});
