import { strict as assert } from 'node:assert';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Charsmap } from '../../../../src/data/text/charsmap';
import { readSentencePieces } from '../../../../src/formats/huggingface/sentencepiece';
import { openTokenizer } from '../../../../src/formats/huggingface/tokenizer';
import { VitrineError } from '../../../../src/model/errors';
import { Random } from '../../../../src/model/random';

const folder = resolve('test/reference/huggingface_pieces');
const { texts, cases } = JSON.parse(gunzipSync(readFileSync(`${folder}.json.gz`)).toString()) as {
  texts: string[];
  cases: {
    folder: string;
    file: string;
    texts?: string[];
    ids: number[][];
    pair?: number[];
    decoded: string[];
  }[];
};

/** A folder as it lies on the hub, unpacked. */
function unpacked(name: string): string {
  const out = mkdtempSync(join(tmpdir(), `vitrine-${name}-`));
  cpSync(join(folder, name), out, { recursive: true });
  for (const file of readdirSync(out).filter(f => f.endsWith('.gz'))) {
    writeFileSync(join(out, file.slice(0, -3)), gunzipSync(readFileSync(join(out, file))));
    rmSync(join(out, file));
  }
  return out;
}

describe('Models of sentencepiece, held to Transformers', function () {
  this.timeout(60_000);
  for (const { folder: name, texts: own = texts, ids, pair, decoded } of cases)
    it(`divide as ${name}`, async () => {
      const tokenizer = await openTokenizer(unpacked(name));
      const wrong: string[] = [];
      for (const [i, text] of own.entries()) {
        const got = tokenizer.encode(text).ids;
        if (got.join() !== ids[i]!.join())
          wrong.push(
            `${JSON.stringify(text)}: ${got.map(tokenizer.token)}, expected ${ids[i]!.map(tokenizer.token)}`,
          );
        const back = tokenizer.decode(ids[i]!);
        if (back !== decoded[i])
          wrong.push(`${JSON.stringify(back)}, expected ${JSON.stringify(decoded[i])}`);
      }
      assert.deepEqual(wrong, []);
      if (pair) assert.deepEqual(tokenizer.encode('The text', { pair: 'is long' }).ids, pair);
    });

  it('are refused where they are damaged, in bounded time', async () => {
    const bytes = gunzipSync(readFileSync(join(folder, 't5/spiece.model.gz')));
    const random = new Random(7, 'pieces');
    for (let i = 0; i < 60; i++) {
      const broken = Uint8Array.from(i % 3 ? bytes : bytes.subarray(0, random.integer(bytes.length)));
      for (let k = 0; k < 6 && i % 3; k++)
        broken[random.integer(i % 3 === 1 ? 400 : broken.length)] = random.integer(256);
      try {
        const read = readSentencePieces(broken, 'a/spiece.model', 'spiece.model');
        if (read.charsmap.length > 0) {
          const map = Charsmap.read(read.charsmap);
          assert.equal(typeof map.normalizeGraphemes('ﬁne ① é 好'), 'string');
          assert.equal(typeof map.normalizeLongest('ﬁne ① é 好'), 'string');
        }
      } catch (e) {
        assert.ok(
          e instanceof VitrineError || /rules of normalisation/.test((e as Error).message),
          String(e),
        );
      }
    }
    const at = (text: string) =>
      readSentencePieces(Buffer.from(text, 'hex'), 'a/spiece.model', 'spiece.model');
    // A piece of 2^62 bytes; none; pieces of words.
    assert.throws(() => at('0affffffffffffffff3f'), /a\/spiece\.model cannot be read .* does not fit/);
    assert.throws(() => at(''), /it has no pieces/);
    assert.throws(() => at('0a030a016112021803'), /divides text by words/);
  });

  it('are refused where no tokenizer is known for them', async () => {
    const copy = unpacked('t5');
    writeFileSync(join(copy, 'tokenizer_config.json'), '{"tokenizer_class": "OtherTokenizer"}');
    await assert.rejects(
      openTokenizer(copy),
      /spiece\.model is of a tokenizer that is not known \(tokenizer_class "OtherTokenizer", model_type not named\)/,
    );
  });
});
