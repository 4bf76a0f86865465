/** What a peer of the benchmark offers: for each workload that it can do, something to call again and again. */
export interface Peer {
  /** As in the results table, e.g. "tfjs-wasm". */
  name: string;
  /** npm packages to install, pinned. */
  packages: Readonly<Record<string, string>>;
  /** Undefined where the peer is not to be had on this machine. */
  load(require: NodeJS.Require): Promise<PeerSession | undefined>;
}

export interface PeerSession {
  /** Undefined where the peer cannot do the workload. */
  prepare(workload: Workload, mode: 'train' | 'infer', threads: number): Promise<Prepared | undefined>;
  dispose?(): void;
}

export type Prepared =
  | {
      /** One training step, or one forward pass, over the workload's batch. Resolves when its result can be read. */
      call(): Promise<void> | void;
      /** Called before each series of calls. */
      begin?(): Promise<void>;
      dispose?(): void;
    }
  | {
      /** For peers in another process, which time themselves: microseconds of the shortest call in `seconds`. */
      measure(seconds: number): Promise<number>;
      dispose?(): void;
    };

/** Sizes that every peer builds the same net from. */
export type Workload =
  | { name: 'Net 2-5-1'; kind: 'mlp'; sizes: [2, 5, 1]; activation: 'relu'; batch: number; loss: 'mse' }
  | {
      name: string;
      kind: 'mlp';
      sizes: [784, number, 10];
      activation: 'relu';
      batch: number;
      loss: 'cross_entropy';
    }
  | { name: 'LeNet 28x28'; kind: 'lenet'; batch: number; loss: 'cross_entropy' }
  | {
      name: string;
      kind: 'gpt';
      batch: number;
      length: number;
      width: number;
      layers: number;
      heads: number;
      vocabulary: number;
    }
  /** Nets of the kinds that users bring; PyTorch runs the same source. */
  | {
      name: string;
      kind: 'net';
      net: 'resnet18' | 'mobile' | 'lstm' | 'gru';
      /** Rows and columns of a picture: 64 unless said. */
      side?: number;
      batch: number;
      loss: 'cross_entropy';
    }
  /** The product of a batch of `size` rows and a square matrix of weights. */
  | { name: string; kind: 'gemm'; size: number; batch: number };

export const workloads: readonly Workload[] = [
  { name: 'Net 2-5-1', kind: 'mlp', sizes: [2, 5, 1], activation: 'relu', batch: 32, loss: 'mse' },
  {
    name: 'MLP 784-128-10',
    kind: 'mlp',
    sizes: [784, 128, 10],
    activation: 'relu',
    batch: 64,
    loss: 'cross_entropy',
  },
  { name: 'LeNet 28x28', kind: 'lenet', batch: 32, loss: 'cross_entropy' },
  {
    name: 'GPT 4x128',
    kind: 'gpt',
    batch: 8,
    length: 64,
    width: 128,
    layers: 4,
    heads: 4,
    vocabulary: 256,
  },
  { name: 'ResNet-18 3x64x64', kind: 'net', net: 'resnet18', batch: 8, loss: 'cross_entropy' },
  { name: 'MobileNetV2 blocks 3x64x64', kind: 'net', net: 'mobile', batch: 8, loss: 'cross_entropy' },
  { name: 'LSTM 2x128, 32 steps', kind: 'net', net: 'lstm', batch: 32, loss: 'cross_entropy' },
  { name: 'GRU 2x128, 32 steps', kind: 'net', net: 'gru', batch: 32, loss: 'cross_entropy' },
  ...[256, 512, 1024].map((size): Workload => ({ name: `GEMM ${size}`, kind: 'gemm', size, batch: size })),
];

/** What people take a GPU for: `--large`. */
export const largeWorkloads: readonly Workload[] = [
  {
    name: 'MLP 784-2048-10',
    kind: 'mlp',
    sizes: [784, 2048, 10],
    activation: 'relu',
    batch: 512,
    loss: 'cross_entropy',
  },
  {
    name: 'GPT 6x384',
    kind: 'gpt',
    batch: 16,
    length: 256,
    width: 384,
    layers: 6,
    heads: 6,
    vocabulary: 256,
  },
  { name: 'ResNet-18 3x224x224', kind: 'net', net: 'resnet18', side: 224, batch: 16, loss: 'cross_entropy' },
  ...[2048, 4096].map((size): Workload => ({ name: `GEMM ${size}`, kind: 'gemm', size, batch: size })),
];
