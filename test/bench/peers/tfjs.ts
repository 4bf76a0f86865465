/** TensorFlow.js in Node: its plain JavaScript backend and its WebAssembly backend, on one thread. */
import type { Peer, PeerSession, Prepared, Workload } from '../peer';

// Only what is used of its surface; the package is installed for the benchmark alone.
interface Tf {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  sequential(options: { layers: unknown[] }): TfModel;
  layers: Record<string, (options: Record<string, unknown>) => unknown>;
  train: { adam(rate: number): unknown };
  randomUniform(shape: number[]): TfTensor;
  oneHot(indices: TfTensor, depth: number): TfTensor;
  tensor1d(values: number[], type: string): TfTensor;
  losses: { softmaxCrossEntropy(labels: TfTensor, logits: TfTensor): TfTensor };
  tidy<T>(f: () => T): T;
}
interface TfTensor {
  data(): Promise<Float32Array>;
  dispose(): void;
}
interface TfModel {
  compile(options: Record<string, unknown>): void;
  trainOnBatch(x: TfTensor, y: TfTensor): Promise<unknown>;
  predict(x: TfTensor): TfTensor;
  dispose(): void;
}

function layersOf(tf: Tf, w: Workload): unknown[] | undefined {
  const { dense, conv2d, maxPooling2d, flatten } = tf.layers as Required<Tf['layers']>;
  if (w.kind === 'mlp') {
    const [, ...out] = w.sizes;
    return out.map((units, i) =>
      dense!({
        units,
        ...(i === 0 ? { inputShape: [w.sizes[0]] } : {}),
        ...(i < out.length - 1 ? { activation: w.activation } : {}),
      }),
    );
  }
  if (w.kind === 'gemm') return [dense!({ units: w.size, useBias: false, inputShape: [w.size] })];
  if (w.kind === 'lenet') {
    return [
      conv2d!({ filters: 6, kernelSize: 5, padding: 'same', activation: 'relu', inputShape: [28, 28, 1] }),
      maxPooling2d!({ poolSize: 2 }),
      conv2d!({ filters: 16, kernelSize: 5, activation: 'relu' }),
      maxPooling2d!({ poolSize: 2 }),
      flatten!({}),
      dense!({ units: 120, activation: 'relu' }),
      dense!({ units: 84, activation: 'relu' }),
      dense!({ units: 10 }),
    ];
  }
  return undefined;
}

async function session(require: NodeJS.Require, backend: 'cpu' | 'wasm'): Promise<PeerSession> {
  const tf = require('@tensorflow/tfjs') as Tf;
  if (backend === 'wasm') {
    const wasm = require('@tensorflow/tfjs-backend-wasm') as { setThreadsCount(n: number): void };
    wasm.setThreadsCount(1);
  }
  return {
    async prepare(w, mode, threads): Promise<Prepared | undefined> {
      if (threads > 1 || (w.kind === 'gemm' && (mode === 'train' || (backend === 'cpu' && w.size > 256))))
        return undefined;
      const begin = async () => {
        await tf.setBackend(backend);
        await tf.ready();
      };
      await begin();
      const layers = layersOf(tf, w);
      if (!layers) return undefined;
      const model = tf.sequential({ layers });
      const classes = w.kind === 'mlp' && w.loss === 'mse' ? 0 : 10;
      const x = tf.randomUniform(
        w.kind === 'mlp'
          ? [w.batch, w.sizes[0]]
          : w.kind === 'gemm'
            ? [w.batch, w.size]
            : [w.batch, 28, 28, 1],
      );
      const y = classes
        ? tf.oneHot(
            tf.tensor1d(
              Array.from({ length: w.batch }, (_, i) => i % classes),
              'int32',
            ),
            classes,
          )
        : tf.randomUniform([w.batch, 1]);
      if (mode === 'infer') {
        return {
          begin,
          call: async () => {
            const out = model.predict(x);
            await out.data();
            out.dispose();
          },
          dispose: () => model.dispose(),
        };
      }
      model.compile({
        optimizer: tf.train.adam(0.001),
        loss: classes
          ? (labels: TfTensor, logits: TfTensor) => tf.losses.softmaxCrossEntropy(labels, logits)
          : 'meanSquaredError',
      });
      return {
        begin,
        call: async () => {
          await model.trainOnBatch(x, y);
        },
        dispose: () => model.dispose(),
      };
    },
  };
}

const packages = { '@tensorflow/tfjs': '4.22.0', '@tensorflow/tfjs-backend-wasm': '4.22.0' };

export const peers: readonly Peer[] = [
  { name: 'tfjs-cpu', packages, load: require => session(require, 'cpu') },
  { name: 'tfjs-wasm', packages, load: require => session(require, 'wasm') },
];
