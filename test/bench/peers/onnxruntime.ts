/** onnxruntime-node: inference alone, of the same models, which Vitrine writes as ONNX. */
import { join } from 'node:path';
import { initializeWeights } from '../../../src/engine/initialize';
import { onnxBytes } from '../../../src/formats/onnx/write';
import { PytorchReader } from '../../../src/formats/pytorch/reader';
import { modelOf } from '../models';
import type { Peer, PeerSession } from '../peer';
import { feedsOf, readModel } from '../vitrine';

interface Ort {
  InferenceSession: {
    create(
      bytes: Uint8Array,
      options: Record<string, unknown>,
    ): Promise<{
      inputNames: readonly string[];
      run(
        feeds: Record<string, unknown>,
        fetches?: Record<string, unknown>,
      ): Promise<Record<string, unknown>>;
      release(): Promise<void>;
    }>;
  };
  Tensor: new (type: string, data: Float32Array | BigInt64Array, shape: readonly number[]) => unknown;
}

async function load(require: NodeJS.Require): Promise<PeerSession> {
  const ort = require('onnxruntime-node') as Ort;
  const reader = new PytorchReader({ distFolder: join(__dirname, '../../../dist') });
  return {
    async prepare(w, mode, threads) {
      if (mode === 'train') return undefined;
      const model = await readModel(reader, modelOf(w));
      const session = await ort.InferenceSession.create(onnxBytes(model, initializeWeights(model, 0)), {
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
      });
      const { feed } = feedsOf(w, model);
      const whole = feed.data instanceof Int32Array;
      const data = whole ? BigInt64Array.from(feed.data, BigInt) : (feed.data as Float32Array);
      const x = new ort.Tensor(whole ? 'int64' : 'float32', data, feed.shape);
      const feeds = { [session.inputNames[0]!]: x };
      // Bound on both sides, as Vitrine's are: it writes its results where the first call's lie.
      const fetches = await session.run(feeds);
      return {
        call: async () => void (await session.run(feeds, fetches)),
        dispose: () => void session.release(),
      };
    },
    dispose: () => void reader.dispose(),
  };
}

export const peers: readonly Peer[] = [
  { name: 'onnxruntime', packages: { 'onnxruntime-node': '1.20.1' }, load },
];
