import { strict as assert } from 'node:assert';
import { describe, it } from 'mocha';
import { decodeText } from '../../../src/data/decode';

/** A table in an encoding, as Python 3.11 writes it: its head once, and its rows several times. */
function table(head: string, rows: string, times = 6): Uint8Array {
  return Buffer.concat([Buffer.from(head, 'hex'), ...Array(times).fill(Buffer.from(rows, 'hex'))]);
}

describe('decodeText', () => {
  const tables: [string, Uint8Array, string][] = [
    [
      'GB18030',
      table('b3c7cad02cc4eac1e42cc0e0b1f00a', 'b1b1bea92c332cbac30ac9cfbaa32c342cbbb50a'),
      '城市,年龄,类别',
    ],
    [
      'Shift_JIS',
      table('93738e732c944e97ee2c8eed97de0a', '938c8b9e2c332c82e682a20a91e58de32c342c82ed82e982a20a'),
      '都市,年齢,種類',
    ],
    [
      'EUC-JP',
      table('c5d4bbd42cc7afcef02cbcefcee00a', 'c5ecb5fe2c332ca4e8a4a40ac2e7bae52c342ca4efa4eba4a40a'),
      '都市,年齢,種類',
    ],
    [
      'EUC-KR',
      table('b5b5bdc32cb3aac0cc2cc1beb7f90a', 'bcadbfef2c332cc1c1c0bd0abacebbea2c342cb3aabbdd0a'),
      '도시,나이,종류',
    ],
  ];

  for (const [encoding, bytes, head] of tables)
    it(`tells ${encoding} from Windows-1252`, () => {
      const decoded = decodeText(bytes);
      assert.equal(decoded?.encoding, encoding);
      assert.equal(decoded.text.slice(0, head.length), head);
      assert(!decoded.text.includes('\uFFFD'));
    });

  it('leaves Western texts alone, whatever their share of accents', () => {
    for (const text of [
      'größe,y\n1,ä\n2,ö\n',
      'SITUAÇÃO,MUNICÍPIO\nNÃO,SÃO PAULO\n'.repeat(30),
      'temp °C,µg/m³\n3°,4\n5±2,6µ\n'.repeat(30),
      'ÞÓRÐUR,ÆÐI\nÞÓR,ÖLÐ\n'.repeat(30),
      'name,x\nJosé,3\nSmith,4\n',
    ])
      assert.deepEqual(decodeText(Buffer.from(text, 'latin1')), { text, encoding: 'Windows-1252' });
  });

  it('does not take a beginning that ends within a character for another encoding', () => {
    const bytes = Buffer.from('城市,年龄\n北京,3\n');
    for (let end = 1; end < bytes.length; end++) {
      const decoded = decodeText(bytes.subarray(0, end), true);
      assert.equal(decoded?.encoding, 'UTF-8');
      assert('城市,年龄\n北京,3\n'.startsWith(decoded.text));
    }
    assert.equal(decodeText(bytes.subarray(0, 4))?.encoding, 'Windows-1252');
  });

  it('says that bytes are no text', () => {
    assert.equal(decodeText(Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0x41, 0xff)), undefined);
  });
});
