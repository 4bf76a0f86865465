import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { parseDate } from '../../../src/data/table/dates';
import { parseNumber } from '../../../src/data/table/values';
import { csv, failure, load } from './_load';

const none = { test: 0, valid: 0 };
const all = { split: none, scale: 'none' };
const table = csv(
  ['a', 'b', 'y'],
  Array.from({ length: 20 }, (_, i) => [i, i * i, i % 2 ? 'yes' : 'no']),
);

describe('Reading a table', () => {
  it('reads quotes, delimiters and line breaks within quotes', async () => {
    const text = 'name,size,y\r\n"Smith, ""J""",1,a\r\n"two\r\nlines",2,b\r\nplain,3,a\r\n';
    const data = await load(text, { ...all, categories: ['name'] });
    assert.equal(data.raw(0).values['name'], 'Smith, "J"');
    assert.equal(data.raw(1).values['name'], 'two\nlines');
    assert.deepEqual(data.raw(2), {
      row: 2,
      split: 'train',
      values: { name: 'plain', size: 3 },
      target: 'a',
    });
  });

  for (const [name, delimiter] of [
    ['semicolons', ';'],
    ['tabs', '\t'],
    ['bars', '|'],
  ] as const)
    it(`finds ${name} by looking`, async () => {
      const data = await load(table.replaceAll(',', delimiter), all);
      assert.deepEqual(
        data.features.map(f => f.name),
        ['a', 'b'],
      );
    });

  it('takes the delimiter that it is told', async () => {
    const data = await load('a:b,c:y\n1:2:u\n3:4:v\n', { ...all, delimiter: ':' });
    assert.deepEqual(
      data.features.map(f => f.name),
      ['a', 'b,c'],
    );
  });

  it('finds a decimal comma by looking, and says so', async () => {
    const data = await load('a;b;y\n1,5;-2,25e1;u\n3;,5;v\n', all);
    assert.deepEqual([...data.batch([0, 1]).input.data], [1.5, -22.5, 3, 0.5]);
    assert.ok(data.notes.some(n => n.includes('decimal comma') && n.includes('"a", "b"')));
    assert.equal(data.raw(0).values['b'], -22.5);
    assert.equal(data.prepare([{ a: '7,5', b: 1 }]).data[0], 7.5);
  });

  it('does not mix decimal commas and points', async () => {
    const { message, line } = await failure('a;y\n1,5;u\n2.5;v\n3,5;u\n4,5;v\n', all);
    assert.match(message, /Line 2, column "a": found "1,5", expected a number\. 2 more cells are like this/);
    assert.equal(line, 2);
  });

  it('does not take a comma between thousands for a decimal comma', async () => {
    const { message } = await failure('a,y\n"1,234",u\n"5,678",v\n9,u\n', all);
    assert.match(message, /Line 2, column "a": found "1,234", expected a number/);
    const quoted = await load('a,y\n"1,5",u\n"5,678",v\n9,u\n', all);
    assert.deepEqual([...quoted.batch([0, 2]).input.data], [1.5, 9]);
  });

  it('takes off thousands that cannot be decimals, and signs of money and per cent, and says so', async () => {
    const data = await load(
      'a;b;c;y\n1.234,50;$1,234.50;58 %;u\n1.234;$7;3.5%;v\n-2.345.678,9;-$1,000,000;100%;u\n0,5;$0.5;1%;v\n',
      all,
    );
    assert.deepEqual(
      [...data.batch([0, 1, 2, 3]).input.data],
      [1234.5, 1234.5, 58, 1234, 7, 3.5, -2345678.9, -1000000, 100, 0.5, 0.5, 1].map(Math.fround),
    );
    const notes = data.notes.join('\n');
    assert.match(notes, /decimal comma were read in "a"/);
    assert.match(notes, /numbers of "b" were read without their "\$"/);
    assert.match(notes, /numbers of "c" were read without their "%"/);
    const { data: given } = data.prepare([{ a: '12.345,6', b: '$2,000.25', c: '5 %' }]);
    assert.deepEqual([...given], [12345.6, 2000.25, 5].map(Math.fround));
    const two = await load('a,y\n$5,u\n€7,v\n$9,u\n', all);
    assert.match(two.notes.join(), /"a" stand with "\$" and "€", which were taken off: are they of one unit/);
    assert.equal(parseNumber("1'234.5"), 1234.5);
    assert.equal(parseNumber('1 234 567'), 1234567);
    for (const none of ['1,234', '12,34,567.5', '1.234.567', '$', '%', '5 %%', '$$5', '12 34 567'])
      assert.ok(Number.isNaN(parseNumber(none)), none);
  });

  it('finds a space between numbers, and names in single quotes', async () => {
    const data = await load("'GPA' 'y'\n2.5 1\n3 0\n3.5 1\n", all);
    assert.deepEqual(
      data.features.map(f => f.name),
      ['GPA'],
    );
    assert.deepEqual([...data.batch([0, 1, 2]).input.data], [2.5, 3, 3.5]);
  });

  it('passes over delimiters at the end of lines, and says so', async () => {
    const data = await load('a,y\n1,u,\n2,v,,\n3,u\n', all);
    assert.deepEqual([...data.batch([0, 1, 2]).input.data], [1, 2, 3]);
    assert.match(data.notes.join(), /2 lines end with a delimiter and nothing behind it/);
  });

  it('names a number that is beyond float32, and a title above the header', async () => {
    const { message, line } = await failure('a,y\n1,u\n1e300,v\n', all);
    assert.match(
      message,
      /Line 3, column "a": found "1e\+300", expected a smaller number\. Infinite values, and/,
    );
    assert.equal(line, 3);
    const title = await failure('Sales 2024\n\na,y\n1,u\n', all);
    assert.match(
      title.message,
      /Line 3 has 2 values, but what should be the header above it is the one text "Sales 2024"/,
    );
  });

  it('says on which line a file stops being text, and what a file is that is none', async () => {
    const zero = await failure(Buffer.from('a,y\n1,u\n2,\0v\n'), all);
    assert.match(zero.message, /zero bytes, the first on line 3\)/);
    assert.equal(zero.line, 3);
    assert.match(
      (await failure(Buffer.from('PK\x03\x04\0\0'), all)).message,
      /Excel workbook: save the table as CSV/,
    );
    const mixed = await load(
      Buffer.concat([Buffer.from('a,y\n1,ü\n2,'), Buffer.from([0xe9]), Buffer.from('\n')]),
      all,
    );
    assert.match(mixed.notes.join(), /not valid UTF-8 \(first on line 3\)/);
  });

  it('decodes UTF-8 and UTF-16 with and without a mark, and Latin-1', async () => {
    const text = 'größe,y\n1,ä\n2,ö\n';
    const utf16 = Buffer.from(text, 'utf16le');
    const big = Buffer.from(utf16).swap16();
    const versions: [string, Uint8Array][] = [
      ['UTF-8', Buffer.from(text)],
      ['UTF-8 with mark', Buffer.from(`\uFEFF${text}`)],
      ['UTF-16LE with mark', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16])],
      ['UTF-16BE with mark', Buffer.concat([Buffer.from([0xfe, 0xff]), big])],
      ['UTF-16LE', utf16],
      ['UTF-16BE', big],
      ['Latin-1', Buffer.from(text, 'latin1')],
    ];
    for (const [name, bytes] of versions) {
      const data = await load(bytes, all);
      assert.deepEqual(
        data.features.map(f => f.name),
        ['größe'],
        name,
      );
      assert.deepEqual(data.target.classes, ['ä', 'ö'], name);
      assert.equal(
        data.notes.some(n => n.includes('Windows-1252')),
        name === 'Latin-1',
        name,
      );
      assert.equal(data.hash, createHash('sha256').update(bytes).digest('hex'));
    }
  });

  it('keeps the line of a row beyond blank lines and quoted line breaks', async () => {
    const { message, line } = await failure('a,b,y\n\n"x\ny",1,u\n\nz,oops,v\nw,3,u\n', {
      ...all,
      categories: ['a'],
    });
    assert.equal(line, 6);
    assert.match(message, /^Line 6, column "b": found "oops", expected a number\./);
  });

  it('names columns without a name, and says so', async () => {
    const data = await load(',a,y\n0,1,u\n1,2,v\n', all);
    assert.deepEqual(
      data.features.map(f => f.name),
      ['column 1', 'a'],
    );
    assert.ok(data.notes.some(n => n.includes('has no name')));
  });

  it('survives names that mean something to JavaScript', async () => {
    const data = await load('__proto__,constructor,y\n1,2,u\n3,4,v\n', all);
    assert.deepEqual(Object.entries(data.raw(1).values), [
      ['__proto__', 3],
      ['constructor', 4],
    ]);
    assert.deepEqual([...data.prepare([data.raw(1).values]).data], [3, 4]);
    assert.throws(() => data.prepare([{ a: 1 }]), /no column "__proto__"/);
  });
});

describe('Reading a large table in pieces', function () {
  // Busy machines are slow.
  this.timeout(30_000);
  // Several pieces, with quoted line breaks wherever a piece may end.
  const rows = Array.from(
    { length: 60_000 },
    (_, i) => `${i},"text ${i % 7}\n""${i % 3}""",${i % 2 ? 'u' : 'v'}`,
  );
  const large = `a,b,y\n${rows.join('\n')}\n`;

  it('gives every row, as reading at once does', async () => {
    const data = await load(large, all);
    assert.ok(large.length > 1 << 20);
    assert.equal(data.splits.train.length, 60_000);
    for (const row of [0, 1, 29_999, 59_999])
      assert.deepEqual(data.raw(row).values, { a: row, b: `text ${row % 7}\n"${row % 3}"` });
    const { message } = await failure(`${large}60000,x\n`, all);
    assert.match(message, /^Line 120002 has 2 values/);
  });

  it('stops when it is cancelled', async () => {
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    await assert.rejects(load(large, all, 0, controller.signal), { code: 'cancelled' });
  });

  it('gives up on a quote that is never closed', async () => {
    const { message } = await failure(`a,y\n1,u\n"2,v\n${'3,u\n'.repeat(6_000_000)}`, all);
    assert.match(message, /^Line 3: a quoted text is never closed/);
  }).timeout(30_000);
});

describe('Features and target', () => {
  it('takes numbers as numbers, texts as categories, and codes as told', async () => {
    const rows = Array.from({ length: 12 }, (_, i) => [i / 2, i % 2 ? 'red' : 'blue', `0${i % 3}`, i % 2]);
    const data = await load(csv(['n', 'c', 'zip', 'y'], rows), { ...all, categories: ['zip'] });
    assert.deepEqual(
      data.features.map(f => [f.name, f.kind, f.span, f.categories]),
      [
        ['n', 'number', [0, 1], undefined],
        ['c', 'category', [1, 3], ['blue', 'red']],
        ['zip', 'category', [3, 6], ['00', '01', '02']],
      ],
    );
    assert.deepEqual(data.sampleShape, [6]);
    assert.deepEqual([...data.batch([1]).input.data], [0.5, 0, 1, 0, 1, 0]);
  });

  it('gives classes as indices and numbers as values', async () => {
    const labels = csv(
      ['a', 'y'],
      [
        [1, 10],
        [2, 9],
        [3, 10],
        [4, 2],
      ],
    );
    const numbers = await load(labels, all);
    assert.deepEqual(numbers.batch([0, 1]).targets, { shape: [2, 1], data: Float32Array.of(10, 9) });
    const classes = await load(labels, { ...all, targetType: 'classes' });
    assert.deepEqual(classes.target, { name: 'y', kind: 'classes', classes: ['2', '9', '10'] });
    assert.deepEqual(classes.batch([0, 1]).targets, { shape: [2], data: Int32Array.of(2, 1) });
    assert.equal(classes.raw(3).target, '2');
  });

  it('uses the features that are named, in their order', async () => {
    const data = await load(table, { ...all, features: ['b', 'a'] });
    assert.deepEqual([...data.batch([3]).input.data], [9, 3]);
  });

  it('sees pixels as an image, channel by channel', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `p${i}`);
    const rows = [0, 1].map(r => [...names.map((_, i) => (i * 20 + r) % 256), r ? 'u' : 'v']);
    const image = { channels: 2, height: 2, width: 3, max: 240 };
    const data = await load(csv([...names, 'y'], rows), { split: none, image });
    assert.equal(data.modality, 'image');
    assert.deepEqual(data.sampleShape, [2, 2, 3]);
    const { input } = data.batch([0]);
    assert.deepEqual(input.shape, [1, 2, 2, 3]);
    assert.deepEqual(
      [...input.data],
      names.map((_, i) => Math.fround((i * 20) / 240)),
    );

    assert.deepEqual(data.notes, []);
    const dark = await load(csv([...names, 'y'], rows), { split: none, image: { ...image, max: 128 } });
    assert.deepEqual(dark.notes, [
      'The brightest pixel of the training rows is 221, but data.image.max is 128: is it right?',
    ]);

    const scaled = await load(csv([...names, 'y'], rows), { split: none, image, scale: 'standard' });
    const x = scaled.batch([0, 1]).input.data;
    for (let c = 0; c < 2; c++) {
      const channel = [0, 1].flatMap(r => [...x.slice(r * 12 + c * 6, r * 12 + c * 6 + 6)]);
      const mean = channel.reduce((a, b) => a + b, 0) / 12;
      assert.ok(Math.abs(mean) < 1e-6);
      assert.ok(Math.abs(channel.reduce((s, v) => s + v * v, 0) / 12 - 1) < 1e-6);
    }
  });
});

describe('Missing values', () => {
  const gaps = 'a,c,y\n1,red,u\n,red,v\n3,NA,u\n5,blue,\n7,red,v\n9,red,u\n';

  it('stop loading by default, with their place', async () => {
    const { message, line } = await failure(gaps, all);
    assert.equal(line, 3);
    assert.equal(
      message,
      'Line 3, column "a": the value is missing (one of 3 missing values). Fill it in, or set data.missing to "drop", "mean", "median", "mode" or "constant".',
    );
  });

  it('are dropped with a count of the rows and their lines', async () => {
    const data = await load(gaps, { ...all, missing: 'drop' });
    assert.deepEqual([...data.splits.train], [0, 4, 5]);
    assert.ok(data.notes.includes('2 rows with a missing value left out (lines 3, 4).'));
    assert.ok(data.notes.includes('1 row without a target left out (line 5).'));
    assert.throws(() => data.batch([1]), /left out/);
    assert.equal(data.raw(1).values['a'], null);
  });

  it('are filled with the mean and the most frequent category', async () => {
    const data = await load(gaps, { ...all, missing: 'mean' });
    assert.deepEqual([...data.splits.train], [0, 1, 2, 4, 5]);
    assert.deepEqual([...data.batch([1, 2]).input.data], [5, 1, 3, 1]);
    assert.equal(data.features[0]!.missing, 1);
    assert.deepEqual(data.prepare([{ a: null, c: 'red' }]).data, Float32Array.of(5, 1));
  });
});

describe('Splitting', () => {
  const many = csv(
    ['a', 'g', 't', 'y'],
    Array.from({ length: 200 }, (_, i) => [i, `g${i % 23}`, 1000 - i, i % 10 === 0 ? 'rare' : 'often']),
  );

  it('is the same for the same seed and another for another', async () => {
    const [one, two, other] = await Promise.all([load(many, {}, 5), load(many, {}, 5), load(many, {}, 6)]);
    assert.deepEqual(one.splits, two.splits);
    assert.notDeepEqual(one.splits, other.splits);
  });

  it('keeps the classes in proportion, and each row in one part', async () => {
    const data = await load(many, { split: { test: 0.2, valid: 0.1 } });
    const { train, valid, test } = data.splits;
    assert.deepEqual([train.length, valid.length, test.length], [140, 20, 40]);
    for (const [part, rare] of [
      [train, 14],
      [valid, 2],
      [test, 4],
    ] as const)
      assert.equal([...part].filter(row => data.raw(row).target === 'rare').length, rare);
    assert.equal(new Set([...train, ...valid, ...test]).size, 200);
    assert.equal(data.raw(valid[0]!).split, 'valid');
  });

  it('keeps groups together, and does not learn from the group itself', async () => {
    const data = await load(many, { split: { test: 0.2, valid: 0.1, group: 'g' } });
    const parts = new Map<unknown, Set<string>>();
    for (let row = 0; row < 200; row++) {
      const { values, split } = data.raw(row);
      parts.set(values['g'], (parts.get(values['g']) ?? new Set()).add(split));
    }
    assert.ok([...parts.values()].every(s => s.size === 1));
    assert.ok(Math.abs(data.splits.test.length - 40) <= 9, String(data.splits.test.length));
    assert.deepEqual(
      data.features.map(f => f.name),
      ['a', 't'],
    );
  });

  it('tests on the newest rows with a time column of numbers or dates', async () => {
    const numbers = await load(many, { split: { test: 0.2, valid: 0.1, time: 't' } });
    assert.deepEqual(
      [...numbers.splits.test],
      Array.from({ length: 40 }, (_, i) => 39 - i),
    );
    const dates = csv(
      ['a', 't', 'y'],
      [
        [1, '2026-01-10', 'u'],
        [2, '2025-12-31T23:00-02:00', 'v'],
        [3, '2025-06-01', 'u'],
        [4, '2026-01-01T00:30Z', 'v'],
      ],
    );
    const data = await load(dates, { split: { test: 0.5, valid: 0, time: 't' } });
    assert.deepEqual([...data.splits.train], [2, 3]);
    assert.deepEqual([...data.splits.test], [1, 0]);
    assert.match(
      (await failure(dates.replace('2025-06-01', '1.6.2025'), { split: { time: 't' } })).message,
      /Line 4, column "t": found "1\.6\.2025", expected a number or a date/,
    );
  });
});

describe('Notes', () => {
  it('tell of rows that occur in two parts', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => [i % 4, i % 2 ? 'u' : 'v']);
    const data = await load(csv(['a', 'y'], rows), { split: { test: 0.25, valid: 0 } });
    assert.ok(
      data.notes.includes('10 rows of the test part also occur among the training rows.'),
      data.notes.join(),
    );
  });

  it('tell of a feature that equals the target', async () => {
    const data = await load(
      csv(
        ['a', 'copy', 'y'],
        [
          [1, 'u', 'u'],
          [2, 'v', 'v'],
          [3, 'u', 'u'],
        ],
      ),
      all,
    );
    assert.ok(data.notes.some(n => n.includes('"copy" equals the target')));
    assert.ok(!data.notes.some(n => n.includes('"a" equals')));
  });
});

describe('A table that is read for what was meant', () => {
  const notesOf = async (text: string) => {
    const data = await load(text, { split: none });
    return { data, notes: data.notes.join('\n') };
  };

  it('skips comments above the header, and keeps a header that begins with #', async () => {
    const { data, notes } = await notesOf('# by a tool\n# 2026, twice\na,b,y\n1,2,u\n3,4,v\n');
    assert.match(notes, /2 lines of comment above the header were skipped/);
    assert.deepEqual(
      data.features.map(f => f.name),
      ['a', 'b'],
    );
    const { line } = await failure('# note\na,b,y\n1,2,u\n3,v\n');
    assert.equal(line, 4);
    assert.deepEqual(
      (await load('#a,y\n1,u\n2,v\n', { split: none })).features.map(f => f.name),
      ['#a'],
    );
  });

  it('leaves out columns without a value, and says so', async () => {
    const { data, notes } = await notesOf('a,b,y,\n1,,u,\n2,,v,\n3,,u,\n');
    assert.match(notes, /"b", "column 4" have no value in any row: left out/);
    assert.deepEqual(data.sampleShape, [1]);
  });

  it('reads dates whose months have names, and Chinese ones', async () => {
    for (const dates of [
      ['5 Mar 2024', '06-Apr-2024', '7. December 2024'],
      ['March 5, 2024', 'Sept. 6 2024', 'Jul 7th, 2025'],
      ['2024年3月5日', '2024年12月31日', '2025 年 1 月 1 日'],
    ]) {
      const rows = dates.map((d, i) => `"${d}",${i % 2 ? 'u' : 'v'}`).join('\n');
      const { data } = await notesOf(`when,y\n${rows}\n`);
      assert.ok(
        data.features.some(f => f.name === 'when.month'),
        dates.join(),
      );
    }
    assert.equal(parseDate('5 Mar 2024'), Date.UTC(2024, 2, 5));
    assert.equal(parseDate('March 5, 2024 13:30'), Date.UTC(2024, 2, 5, 13, 30));
    assert.equal(parseDate('2024年3月5日 13时30分'), Date.UTC(2024, 2, 5, 13, 30));
    assert.equal(parseDate('3/5/2024 1:30 PM', 'mdy'), Date.UTC(2024, 2, 5, 13, 30));
    assert.equal(parseDate('3/5/2024, 12:05:10 am', 'mdy'), Date.UTC(2024, 2, 5, 0, 5, 10));
    assert.ok(Number.isNaN(parseDate('3/5/2024 13:30 PM', 'mdy')));
    assert.ok(Number.isNaN(parseDate('31 Feb 2024')));
    assert.ok(Number.isNaN(parseDate('5 Mai 2024')));
  });

  it('says where categories differ in capitals alone, and where numbers cannot be told apart', async () => {
    assert.match(
      (await notesOf('a,y\nYes,u\nyes,v\nno,u\n')).notes,
      /"Yes" and "yes" in "a" differ in capitals alone/,
    );
    const ids = ['9007199254740992', '9007199254740994', '9007199254740996', '9007199254740998'];
    const { notes } = await notesOf(`a,y\n${ids.map((n, i) => `${n},${i % 2 ? 'u' : 'v'}`).join('\n')}\n`);
    assert.match(notes, /"a": the training rows differ by too little/);
  });
});

describe('A table that cannot be read', () => {
  const cases: [string, string | Uint8Array, Record<string, unknown>, RegExp, number?][] = [
    ['empty file', '', {}, /^The file is empty\. Expected a header line/],
    ['blank file', '\n \n', {}, /^The file is empty/],
    ['header only', 'a,y\n', {}, /has a header \("a", "y"\) but no rows/],
    [
      'no target column',
      table,
      { target: 'Y2' },
      /There is no column "Y2" \(the target\)\. Did you mean "y"\?/,
      1,
    ],
    [
      'no feature column',
      table,
      { features: ['a', 'size'] },
      /There is no column "size" \(in data\.features\)/,
      1,
    ],
    ['no header', '1,2\n3,4\n5,6\n', {}, /These look like data: add a first line/, 1],
    ['target as feature', table, { features: ['y'] }, /is the target and a feature at once/, 1],
    ['only the target', 'y\nu\nv\n', {}, /No column is left to predict from/, 1],
    [
      'short row',
      'a,b,y\n1,2,u\n3,v\n',
      {},
      /^Line 3 has 2 values, but the header names 3 columns .*Column "y" is the first without/,
      3,
    ],
    [
      'long row',
      'a,b,y\n1,2,u,9\n',
      {},
      /^Line 2 has 4 values, but the header names 3 columns.*Put quotes/,
      2,
    ],
    ['duplicate names', 'a,b,a,y\n1,2,3,u\n', {}, /two columns "a" \(columns 1 and 3\)/, 1],
    [
      'text in a number column',
      'a,y\n1,u\n2,v\nx,u\n4,v\n',
      {},
      /^Line 4, column "a": found "x", expected a number\. Correct/,
      4,
    ],
    ['infinity', 'a,y\n1,u\n-inf,v\n3,u\n', {}, /^Line 3, column "a": found "-inf".*Infinite values/, 3],
    ['a number beyond doubles', 'a,y\n1,u\n1e999,v\n3,u\n', {}, /^Line 3, column "a": found "1e999"/, 3],
    ['NaN', 'a,y\n1,u\nNaN,v\n3,u\n', {}, /^Line 3, column "a": the value is missing/, 3],
    [
      'a date of another form',
      'a,y\n2026-01-31,u\n2026-02-01,v\n03/02/2026,u\n',
      {},
      /^Line 4, column "a": found "03\/02\/2026", expected a date as year-month-day/,
      4,
    ],
    ['one class only', 'a,y\n1,u\n2,u\n', {}, /only one class, "u"/, 1],
    ['empty target', 'a,y\n1,\n2,\n', {}, /The target column "y" is empty/, 1],
    [
      'text target for numbers',
      'a,y\n1,u\n2,v\n',
      { targetType: 'number' },
      /^Line 2, column "y": found "u", expected a number, because/,
      2,
    ],
    ['open quote', 'a,y\n1,u\n"2,v\n3,u\n', {}, /^Line 3: a quoted text is never closed/, 3],
    ['binary', Uint8Array.from([1, 0, 0, 2, 0, 0, 3, 0, 0, 0]), {}, /not text/, 1],
    [
      'image of another size',
      table,
      { image: { height: 2, width: 2 } },
      /1 x 2 x 2 has 4 pixels, but 2 columns/,
      1,
    ],
    ['a million columns', `${'a,'.repeat(999_999)}y\n`, {}, /has more than 65536 columns/, 1],
    [
      'ids as categories',
      csv(
        ['id', 'y'],
        Array.from({ length: 99 }, (_, i) => [`n${i}`, i % 2 ? 'u' : 'v']),
      ),
      {},
      /different texts in 69 training rows .*data\.exclude/,
      2,
    ],
    ['one usable row', 'a,y\n1,u\n,v\n', { missing: 'drop' }, /Only 1 of 2 rows can be used/],
  ];
  for (const [name, content, options, expected, line] of cases)
    it(`is refused in one sentence: ${name}`, async () => {
      const found = await failure(content, options);
      assert.match(found.message, expected);
      assert.equal(found.line, line);
    });

  it('is refused: no file, a folder', async () => {
    await assert.rejects(load(table, { file: 'nowhere.csv' }), /"nowhere\.csv" does not exist/);
    await assert.rejects(load(table, { file: '.' }), /something else, e\.g\. a folder/);
  });
});
