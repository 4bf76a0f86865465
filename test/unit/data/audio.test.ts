import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { istft, stft } from '../../../src/data/audio/fourier';
import { griffinLim, inverseMel } from '../../../src/data/audio/griffinLim';
import {
  applyFilters,
  cepstrum,
  decibels,
  type MelOptions,
  melFilters,
  melSpectrogram,
  power,
} from '../../../src/data/audio/mel';
import { resample } from '../../../src/data/audio/resample';
import { decodeWav, encodeWav } from '../../../src/data/audio/wav';
import { loadDataset } from '../../../src/data/load';
import { restoreSaved } from '../../../src/data/restore';
import { VitrineError } from '../../../src/model/errors';
import { assertClose, folder } from './_load';

interface Reference {
  files: { name: string; bytes: string; rate: number; samples: number[] }[];
  signal: number[];
  resampled: { from: number; to: number; samples: number[] }[];
  frames: { nFft: number; window: number; hop: number };
  shape: [number, number];
  spectrogram: number[];
  mel: number[];
  slaney: number[];
  mfcc: number[];
  griffin_lim: { plain: number[]; fast: number[] };
}

const reference = JSON.parse(
  gunzipSync(readFileSync(path.join(process.cwd(), 'test/reference/data_audio.json.gz'))).toString(),
) as Reference;
const signal = Float32Array.from(reference.signal);
const options: MelOptions = {
  ...reference.frames,
  sampleRate: 8000,
  mels: 20,
  lowest: 0,
  highest: 4000,
  scale: 'htk',
};
/** Decibels that float32 gave: a ten-thousandth of one. */
const decibel = 1e-4;

describe('WAV files', () => {
  for (const file of reference.files)
    it(`are read as scipy reads them: ${file.name}`, () => {
      const sound = decodeWav(new Uint8Array(Buffer.from(file.bytes, 'base64')));
      assert.equal(sound.sampleRate, file.rate);
      assertClose(sound.samples, file.samples, 2 ** -23);
    });

  const bytes = () => encodeWav(Float32Array.of(0, 0.5, -0.5, 1, -1), 8000);

  it('are written and read again', () => {
    const { samples } = decodeWav(bytes());
    assertClose(samples, [0, 0.5, -0.5, 32767 / 32768, -1], 0);
  });

  const change = (at: number, ...values: number[]) => {
    const b = bytes();
    b.set(values, at);
    return b;
  };
  for (const [what, wrong, message] of [
    ['empty', new Uint8Array(0), /it is empty/],
    ['of another kind', Buffer.from('ID3\x03 an MP3 file'), /no WAV file/],
    ['cut off in the header', bytes().subarray(0, 30), /cut off|does not say/],
    ['without sound', bytes().subarray(0, 44), /holds no sound/],
    ['of 12 bits', change(34, 12), /12 bits a sample/],
    ['packed', change(20, 2), /packed \(format 2\)/],
    ['of no channel', change(22, 0), /0 channels/],
    ['of 200 channels', change(22, 200), /200 channels/],
    ['of no rate', change(24, 0, 0, 0, 0), /0 samples a second/],
    ['with a frame that does not fit', change(32, 3), /3 bytes for 1 channel of 16 bits/],
  ] as const)
    it(`are refused when ${what}`, () => {
      assert.throws(() => decodeWav(new Uint8Array(wrong)), message);
    });

  it('whose header lies about the length are read as far as they go, and that is said', () => {
    const sound = decodeWav(change(40, 0xff, 0xff, 0xff, 0x7f));
    assert.equal(sound.samples.length, 5);
    assert.match(sound.note!, /2147483647 bytes of sound, but 10 are there/);
    // Streams do not know their length beforehand: that is no lie.
    const stream = decodeWav(change(40, 0xff, 0xff, 0xff, 0xff));
    assert.equal(stream.samples.length, 5);
    assert.equal(stream.note, undefined);
    const short = decodeWav(change(40, 4, 0, 0, 0));
    assert.equal(short.samples.length, 2);
    assert.match(short.note!, /4 bytes of sound, but 6 more follow/);
  });
});

describe('Sounds, held to torchaudio', () => {
  for (const { from, to, samples } of reference.resampled)
    it(`resampled from ${from} to ${to}`, () => {
      assertClose(resample(signal.subarray(0, 300), from, to), samples, 1e-6);
    });

  it('as spectrograms', () => {
    const { frames, bins, re, im } = stft(signal, options);
    assert.deepEqual([bins, frames], reference.shape);
    const squared = power({ re, im });
    const across = Float64Array.from(
      { length: bins * frames },
      (_, i) => squared[(i % frames) * bins + Math.floor(i / frames)]!,
    );
    assertClose(decibels(across), reference.spectrogram, decibel);
  });

  it('as mel spectrograms of both scales', () => {
    assertClose(decibels(melSpectrogram(signal, options)), reference.mel, decibel);
    assertClose(decibels(melSpectrogram(signal, { ...options, scale: 'slaney' })), reference.slaney, decibel);
  });

  it('as cepstral coefficients', () => {
    assertClose(cepstrum(decibels(melSpectrogram(signal, options)), 20, 8), reference.mfcc, decibel);
  });

  it('from their spectrogram again, and exactly where the phases are known', () => {
    const spectrum = stft(signal, options);
    const length = options.hop * (spectrum.frames - 1);
    assertClose(istft(spectrum, options, length), signal.subarray(0, length), 1e-6);
    const magnitudes = power(spectrum).map(Math.sqrt);
    for (const [name, momentum] of [
      ['plain', 0],
      ['fast', 0.99],
    ] as const)
      assertClose(
        griffinLim(magnitudes, spectrum.frames, options, { iterations: 8, momentum }),
        reference.griffin_lim[name],
        1e-4,
      );
  });

  it('from their mel spectrogram, which the result has again', () => {
    const mel = melSpectrogram(signal, options);
    const frames = mel.length / 20;
    const linear = inverseMel(mel, options, 200);
    assert.ok(linear.every(x => x >= 0));
    const again = applyFilters(linear, frames, 129, melFilters(options), 20);
    const error = again.reduce((s, x, i) => s + (x - mel[i]!) ** 2, 0);
    assert.ok(error < 1e-4 * mel.reduce((s, x) => s + x * x, 0));
  });
});

describe('Folders of sounds', () => {
  const tone = (hz: number, seconds: number, rate = 8000) =>
    encodeWav(
      Float32Array.from({ length: seconds * rate }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hz * i) / rate)),
      rate,
    );
  const put = (name: string, content: Uint8Array | string) => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  };
  for (let i = 0; i < 6; i++) {
    put(`tones/high/${i}.wav`, tone(1000 + 10 * i, 0.25));
    put(`tones/low/${i}.wav`, tone(200 + 10 * i, 0.25));
  }
  const load = (options: Record<string, unknown>, seed = 0) =>
    loadDataset({ kind: 'sound', file: 'tones', sampleRate: 8000, ...options }, { folder, seed });

  it('are mel spectrograms with a class, scaled by the training sounds', async () => {
    const data = await load({ split: { test: 0.25, valid: 0 } });
    assert.equal(data.modality, 'sound');
    assert.deepEqual(data.sampleShape, [1, 40, 8]);
    assert.deepEqual(data.target.classes, ['high', 'low']);
    const { input, targets } = data.batch(data.splits.train);
    const mean = Float32Array.from(input.data).reduce((a, b) => a + b, 0) / input.data.length;
    assert.ok(Math.abs(mean) < 1e-5, `${mean}`);
    assert.deepEqual(targets.shape, [data.splits.train.length]);
    const saved = restoreSaved(JSON.parse(JSON.stringify(data.preparation())));
    const [row] = data.splits.test;
    const file = path.join(folder, 'tones', String(data.raw(row!).values['file']));
    assert.deepEqual(saved.prepare(await saved.readRows(file)).data, data.batch([row!]).input.data);
    assert.equal(data.media!(row!)!.sound!.samples.length, 2000);
  });

  it('are resampled, cut and filled up to one length', async () => {
    const data = await load({ sampleRate: 16000, seconds: 0.5, features: 'waveform', scale: 'none' });
    assert.deepEqual(data.sampleShape, [1, 8000]);
    const { data: x } = data.batch([0]).input;
    assert.ok(x.subarray(4100).every(v => v === 0));
    assert.ok(data.notes.some(n => /fewer samples a second \(8000\)/.test(n)));
    const short = await load({ seconds: 0.1, features: 'mfcc' });
    assert.deepEqual(short.sampleShape, [1, 13, 4]);
    assert.ok(
      short.notes.some(n => /12 rows longer than 0\.1 s/.test(n)),
      short.notes.join(),
    );
  });

  it('leave out what cannot be read, and say which', async () => {
    for (const name of ['a', 'b', 'c']) {
      put(`damaged/x/${name}.wav`, tone(300, 0.1));
      put(`damaged/y/${name}.wav`, tone(900, 0.1));
    }
    put('damaged/x/broken.wav', 'RIFFnothing');
    put('damaged/x/readme.txt', 'words');
    const data = await load({ file: 'damaged', split: { test: 0, valid: 0 } });
    assert.equal(data.splits.train.length, 6);
    assert.ok(data.notes.some(n => /^1 sound left out: x\/broken\.wav \(it is no WAV file/.test(n)));
    assert.ok(data.notes.some(n => /1 file is of another kind.*x\/readme\.txt/.test(n)));
    assert.throws(() => data.batch([2]), /broken\.wav cannot be read/);
  });

  it('take their targets from a table: texts as sequences behind a blank', async () => {
    put(
      'said.csv',
      'file,said\ntones/high/0.wav,one two\ntones/low/0.wav,two\ntones/low/1.wav,one one\ntones/low/2.wav,\n',
    );
    const data = await load({
      file: 'said.csv',
      target: 'said',
      targetType: 'words',
      split: { test: 0, valid: 0 },
    });
    assert.deepEqual(data.target.classes, ['', 'one', 'two']);
    assert.deepEqual(data.target.sequence, { joint: ' ', longest: 2 });
    assert.deepEqual(data.batch([0, 1, 2]).targets, {
      shape: [3, 2],
      data: Int32Array.of(1, 2, 2, -1, 1, 1),
    });
    assert.ok(data.notes.some(n => /1 row without a file or a target/.test(n)));
    const letters = await load({
      file: 'said.csv',
      target: 'said',
      targetType: 'characters',
      split: { test: 0, valid: 0 },
    });
    assert.equal(letters.target.classes![1], ' ');
  });

  it('refuse a file outside, one class only, and sizes that do not go together', async () => {
    put('outside.csv', 'file,class\n../secret.wav,a\ntones/low/0.wav,b\n');
    put('single/only/a.wav', tone(300, 0.1));
    for (const [options, message] of [
      [{ file: 'outside.csv' }, /^Line 2, column "file": "\.\.\/secret\.wav" lies outside/],
      [{ file: 'single' }, /sounds of one class only, "only"/],
      [{ file: 'nowhere' }, /"nowhere" cannot be read \(it does not exist\)/],
      [{ nFft: 500 }, /nFft is 500; expected a power of two, such as 512/],
      [{ features: 'mfcc', coefficients: 50 }, /coefficients is 50, more than data\.mels/],
      [{ targetType: 'number' }, /"high", expected a number/],
    ] as const)
      await assert.rejects(
        () => load(options),
        (e: unknown) => e instanceof VitrineError && message.test(e.message),
      );
  });

  it('stop when cancelled', async () => {
    await assert.rejects(
      loadDataset(
        { kind: 'sound', file: 'tones', sampleRate: 8000 },
        { folder, seed: 0, signal: AbortSignal.abort() },
      ),
      (e: unknown) => e instanceof VitrineError && e.code === 'cancelled',
    );
  });
});

describe('Spoken texts', () => {
  const put = (name: string, content: Uint8Array | string) => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  };
  const letters = 'abcdefgh';
  const wave = (hz: number) =>
    encodeWav(
      Float32Array.from({ length: 2400 }, (_, i) =>
        i < 1600 ? 0.5 * Math.sin((2 * Math.PI * hz * i) / 8000) : 0,
      ),
      8000,
    );
  [...letters].forEach((_, i) => {
    put(`speech/${i}.wav`, wave(300 + 150 * i));
  });
  put(
    'speech/spoken.csv',
    ['text,sound', ...[...letters].map((c, i) => `${c.repeat(1 + (i % 3))}!,${i}.wav`), ''].join('\n'),
  );
  const load = (options: Record<string, unknown> = {}) =>
    loadDataset(
      {
        kind: 'speech',
        file: 'speech/spoken.csv',
        sampleRate: 8000,
        nFft: 512,
        window: 400,
        hop: 100,
        ...options,
      },
      { folder, seed: 0 },
    );

  it('are tokens and the spectrogram to be made of them, which sounds as what was recorded', async () => {
    const data = await load();
    assert.deepEqual(data.sampleShape, [4]);
    assert.deepEqual(data.target.shape, [25, 40]);
    const [row] = data.splits.train;
    const { input, targets } = data.batch([row!]);
    assert.ok(input.data instanceof Int32Array);
    assert.equal(data.entryNames!(input).join(''), data.raw(row!).values['text']);
    const saved = restoreSaved(JSON.parse(JSON.stringify(data.preparation())));
    assert.deepEqual(saved.prepare([{ text: data.raw(row!).values['text']! }]).data, input.data);
    const { samples, sampleRate } = saved.sound!(targets.data);
    assert.equal(sampleRate, 8000);
    // The silence at the end is no part of it, and its pitch is that of the recording.
    assert.ok(samples.length >= 1500 && samples.length <= 2000, `${samples.length}`);
    const crossings = (x: Float32Array) =>
      x.subarray(400, 1200).reduce((n, v, i, all) => n + Number(i > 0 && v >= 0 !== all[i - 1]! >= 0), 0);
    const heard = crossings(data.media!(row!)!.sound!.samples);
    assert.ok(Math.abs(crossings(samples) - heard) <= 3, `${crossings(samples)} ${heard}`);
    assert.equal(data.media!(row!)!.sound!.samples.length, 2400);
  });

  it('say what is wrong with them by name', async () => {
    await assert.rejects(load({ target: 'audio' }), /data\.target.*audio|audio.*data\.target/s);
    await assert.rejects(load({ text: 'words' }), /data\.text.*words|words.*data\.text/s);
    await assert.rejects(load({ nFft: 500 }), /power of two/);
    put('speech/7.wav', 'no sound');
    const data = await load();
    assert.ok(
      data.notes.some(n => /1 sound left out: 7\.wav/.test(n)),
      data.notes.join(),
    );
    const saved = restoreSaved(JSON.parse(JSON.stringify(data.preparation())));
    assert.throws(() => saved.prepare([{ text: ' ' }]), /Row 1 has no text in "text"/);
  });
});
