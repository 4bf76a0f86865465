import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { adviceTexts } from '../../../src/formats/onnx/advice';
import { knownMessages, messageIn } from '../../../src/names/messages';

const root = (() => {
  let folder = __dirname;
  while (!fs.existsSync(path.join(folder, 'esbuild.js'))) folder = path.join(folder, '..');
  return folder;
})();

describe('Messages in another language', () => {
  it('stand in the source as the table has them', () => {
    const folder = path.join(root, 'src');
    const source = fs
      .readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter(f => f.endsWith('.ts') && !f.includes('names'))
      .map(f => fs.readFileSync(path.join(folder, f), 'utf8'))
      .join('\n')
      .replaceAll("\\'", "'");
    for (const english of knownMessages('zh'))
      for (const part of english.split(/\{\d+\}/))
        assert.ok(source.includes(part), `nothing says "${part}" any more`);
  });

  it('say what to do about each operator of a model file that is not run', () => {
    for (const text of adviceTexts) {
      const said = messageIn('zh', `What is asked of net needs a node that is not run here. ${text}`);
      assert.match(said, /^对 net 的请求/);
      assert.ok(!said.includes(text), text);
    }
    assert.equal(
      messageIn(
        'zh',
        '2 nodes com.microsoft.Attention are not run here (operator set 17; the first is "/a/b" in a.b). It is of a library of its own. Export with operators of ONNX alone.',
      ),
      '有 2 个 com.microsoft.Attention 节点在此处不运行（算子集 17；第一个位于 "/a/b" in a.b）。它属于另外的算子库。请只用 ONNX 自身的算子导出。',
    );
  });

  it('have no English within a list of columns, and know classes without rows', () => {
    const filled = messageIn(
      'zh',
      'Numbers with a decimal comma were read in "a", "b", "c", "d", "e" and 7 more columns.',
    );
    assert.match(filled, /"e" 及另外 7 列/);
    assert.doesNotMatch(filled, /more/);
    const many =
      'Net gives 32 scores, and the target "next" has 26 classes: "class 26" to "class 31" are classes without rows.';
    assert.match(messageIn('zh', many), /^Net 给出 32 个分数.*没有任何行的类别。$/);
    assert.match(
      messageIn('zh', many.replace('"class 26" to "class 31" are classes', '"class 26" is a class')),
      /“class 26”是没有任何行的类别。$/,
    );
  });

  it('keep their values, whatever their order', () => {
    assert.equal(
      messageIn(
        'zh',
        'There are 900 rows of the class "ok", but 12 of "ill": accuracy hides what is wrong with the rare ones. Look at balanced accuracy, and consider data.classWeights.',
      ),
      '类别“ok”有 900 行，而“ill”只有 12 行：准确率会掩盖少数类的问题。请看平衡准确率，并考虑 data.classWeights。',
    );
  });

  it('are put together from several sentences', () => {
    assert.equal(
      messageIn(
        'zh',
        'Net takes an input of shape (N, 5), but the data gives (N, 4). Change the first layer, or the shape under "data" in the experiment file.',
      ),
      'Net 的输入形状为 (N, 5)，而数据给出 (N, 4)。请修改第一层，或实验文件中 "data" 下的形状。',
    );
  });

  it('say numbers of rows and what filled them within a note', () => {
    assert.equal(
      messageIn(
        'zh',
        'Missing values in 495 rows were filled with the median or most frequent value of the training rows ("Alter", "Hb").',
      ),
      '有 495 行的缺失值用训练行的中位数或最常见的值填补（"Alter", "Hb"）。',
    );
    assert.equal(
      messageIn('zh', '9 rows of the test part also occur among the training rows.'),
      '测试部分有 9 行也出现在训练行里。',
    );
  });

  it('end where the sentence ends, not at a point within a name', () => {
    assert.equal(messageIn('zh', 'There is no file /a/net.v2.onnx.'), '没有文件 /a/net.v2.onnx。');
    assert.equal(
      messageIn('zh', 'There is no class "a.b". There are c, d.'),
      '没有类别“a.b”。 There are c, d.',
    );
  });

  it('stay as they are where the table or the language is not there', () => {
    assert.equal(messageIn('zh', 'Something else happened.'), 'Something else happened.');
    assert.equal(
      messageIn('en', 'There is no row 3 in the data, or it was left out.'),
      'There is no row 3 in the data, or it was left out.',
    );
  });

  it('do not take long, whatever they are given', () => {
    const started = process.cpuUsage();
    messageIn('zh', `Row ${'1'.repeat(20_000)}`);
    messageIn('zh', '"'.repeat(20_000));
    assert.ok(process.cpuUsage(started).user < 2_000_000);
  });
});
