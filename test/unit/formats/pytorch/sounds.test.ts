/** Spectrograms inside models, as torchaudio makes them: computed, held to torchaudio 2.5.1. */
import { strict as assert } from 'node:assert';
import { createEngine } from '../../../../src/engine/create';
import { initializeWeights } from '../../../../src/engine/initialize';
import { readText, said } from './_reader';

const net = (made: string) => `
import torch
import torchaudio
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.made = ${made}

    def forward(self, x):
        return self.made(x)
`;

/** Sum, largest and two numbers (at 0 and 17) of what each gives for 400 samples sin(0.05 i) + 0.3 sin(0.9 i). */
const expected: [made: string, state: string[], shape: number[], numbers: number[]][] = [
  [
    'torchaudio.transforms.Spectrogram(n_fft=64, hop_length=16, normalized=True)',
    ['made.window'],
    [1, 33, 26],
    [630.409555, 30.331036, 8.636744, 22.408966],
  ],
  [
    'torchaudio.transforms.MelSpectrogram(sample_rate=8000, n_fft=128, hop_length=40, n_mels=8, window_fn=torch.hamming_window)',
    ['made.spectrogram.window', 'made.mel_scale.fb'],
    [1, 8, 11],
    [8027.673017, 629.208252, 268.526306, 0.010659],
  ],
  [
    "nn.Sequential(torchaudio.transforms.MelSpectrogram(8000, 128, n_mels=8, norm='slaney', mel_scale='slaney'), torchaudio.transforms.AmplitudeToDB(top_db=20))",
    ['made.0.spectrogram.window', 'made.0.mel_scale.fb'],
    [1, 8, 7],
    [-734.654534, 1.600052, -1.608356, -18.399948],
  ],
  [
    "torchaudio.transforms.MFCC(8000, n_mfcc=5, melkwargs={'n_fft': 128, 'n_mels': 8})",
    ['made.dct_mat', 'made.MelSpectrogram.spectrogram.window', 'made.MelSpectrogram.mel_scale.fb'],
    [1, 5, 7],
    [421.589265, 55.180534, 26.755886, -31.275827],
  ],
];

describe('torchaudio.transforms in a model', function () {
  this.timeout(60_000);

  for (const [made, state, shape, numbers] of expected)
    it(`reads and computes ${made}`, async () => {
      const { Net } = await readText(net(made), { input: [400] });
      assert.deepEqual(said(Net), []);
      const model = Net!.model!;
      assert.deepEqual(
        model.parameters.filter(p => p.kind !== 'constant').map(p => p.name),
        state,
      );
      const engine = await createEngine({ backend: 'webasm' });
      const weights = initializeWeights(model, 0);
      const evaluator = await engine.evaluator(model, { bindings: { N: 1 }, weights });
      const data = Float32Array.from({ length: 400 }, (_, i) => Math.sin(0.05 * i) + 0.3 * Math.sin(0.9 * i));
      const { values } = await evaluator.run({ [model.inputs[0]!]: { shape: [1, 400], data } });
      const out = values[model.outputs[0]!]!;
      assert.deepEqual(out.shape, shape);
      const all = [...out.data];
      const got = [all.reduce((a, b) => a + b, 0), Math.max(...all), all[0]!, all[17]!];
      numbers.forEach((n, i) => {
        assert.ok(Math.abs(got[i]! - n) <= 2e-4 * Math.max(1, Math.abs(n)), `${got[i]} is not ${n}`);
      });
      await evaluator.dispose();
      await engine.dispose();
    });
});
