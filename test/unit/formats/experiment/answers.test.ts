import { strict as assert } from 'node:assert';
import {
  answerOf,
  answersIn,
  experimentNames,
  typedAnswer,
  withAnswers,
  withMissing,
} from '../../../../src/formats/experiment/answers';

const model = { file: '/home/nets/net.py', class: 'Net' };

describe('answers that an experiment file keeps', () => {
  it('are read as one types them', () => {
    const typed: [string, unknown][] = [
      ['10', 10],
      [' 0.5 ', 0.5],
      ['[64, 128]', [64, 128]],
      ['"relu"', 'relu'],
      ["'relu'", 'relu'],
      ['True', true],
      ['None', null],
      ['{"depth": 2}', { depth: 2 }],
      ['BasicBlock', { python: 'BasicBlock' }],
      ['(2, 2)', { python: '(2, 2)' }],
      ['', undefined],
    ];
    for (const [text, value] of typed) assert.deepEqual(answerOf(text), value, text);
    for (const [, value] of typed)
      if (value !== undefined) assert.deepEqual(answerOf(typedAnswer(value)), value);
  });

  it('make a file of their own, which says what they say', () => {
    const text = withAnswers(undefined, '/home/nets/net.vitrine.json', model, {
      arguments: { classes: 10 },
      input: [3, 8, 8],
    });
    assert.deepEqual(JSON.parse(text), {
      model: { file: 'net.py', class: 'Net', arguments: { classes: 10 }, input: [3, 8, 8] },
    });
    assert.deepEqual(answersIn(text), { arguments: { classes: 10 }, input: [3, 8, 8] });
  });

  it('leave what stands in a file as it is, comments too', () => {
    const before = `{
  // the model
  "model": { "file": "net.py", "class": "Net", "arguments": { "width": 8 } },
  "loss": "mse" // as before
}
`;
    const after = withAnswers(before, '/home/nets/a.vitrine.json', model, { arguments: { classes: 3 } });
    assert.match(after, /\/\/ the model/);
    assert.match(after, /"loss": "mse" \/\/ as before/);
    assert.deepEqual(answersIn(after), { arguments: { width: 8, classes: 3 } });
    const again = withAnswers(after, '/home/nets/a.vitrine.json', model, { arguments: { width: 9 } });
    assert.deepEqual(answersIn(again).arguments, { width: 9, classes: 3 });
  });

  it('are what a half-written file says, and no more', () => {
    assert.deepEqual(answersIn('{"model": {"arguments": {"a": 1}, "input": [3, '), {
      arguments: { a: 1 },
      input: [3],
    });
    for (const text of ['', '[]', 'null', '{"model": 3}', '{"model": {"arguments": [1], "input": [0, -1]}}'])
      assert.deepEqual(answersIn(text), {}, text);
  });

  it('are not put into what is no experiment', () => {
    assert.throws(
      () => withAnswers('[1, 2]', '/home/nets/a.vitrine.json', model, { input: [3] }),
      /a\.vitrine\.json is no JSON object/,
    );
  });

  it('have a place beside the model', () => {
    assert.deepEqual(experimentNames('/home/nets/net.py', 'Net'), [
      '/home/nets/net.vitrine.json',
      '/home/nets/net-net.vitrine.json',
    ]);
  });

  it('are completed to an experiment that keeps what it said', () => {
    const begun = `{
  // Mine.
  "model": { "file": "net.py", "class": "Net" },
  "epochs": 7
}
`;
    const text = withMissing(begun, { data: { kind: 'csv', file: 'a.csv' }, epochs: 50, loss: 'mse' })!;
    assert.ok(text.includes('// Mine.'));
    assert.deepEqual(JSON.parse(text.replace('// Mine.', '')), {
      model: { file: 'net.py', class: 'Net' },
      epochs: 7,
      data: { kind: 'csv', file: 'a.csv' },
      loss: 'mse',
    });
    for (const broken of [
      '{ "model": { "file": "net.py", } "epochs": 7',
      '[]',
      '',
      '{ "epochs": , "data": {} }',
    ])
      assert.equal(withMissing(broken, { loss: 'mse' }), undefined, broken);
  });
});
