/** brain.js: feed-forward nets with its own per-sample gradient descent; inference sample by sample. */
import type { Peer, PeerSession } from '../peer';

interface BrainNet {
  train(data: { input: number[]; output: number[] }[], options: Record<string, unknown>): unknown;
  run(input: number[]): number[];
}

async function load(require: NodeJS.Require): Promise<PeerSession> {
  const { NeuralNetwork } = require('brain.js') as {
    NeuralNetwork: new (o: Record<string, unknown>) => BrainNet;
  };
  return {
    async prepare(w, mode, threads) {
      if (w.kind !== 'mlp' || threads > 1) return undefined;
      const [inputs, hidden, outputs] = w.sizes;
      const net = new NeuralNetwork({
        inputSize: inputs,
        hiddenLayers: [hidden],
        outputSize: outputs,
        activation: 'relu',
      });
      const data = Array.from({ length: w.batch }, () => ({
        input: Array.from({ length: inputs }, Math.random),
        output: Array.from({ length: outputs }, Math.random),
      }));
      const options = { iterations: 1, errorThresh: 1e-9, log: false };
      net.train(data, options);
      // One pass over the batch is its nearest thing to a step: it updates after every sample.
      if (mode === 'train') return { call: () => void net.train(data, options) };
      return {
        call: () => {
          for (const { input } of data) net.run(input);
        },
      };
    },
  };
}

export const peers: readonly Peer[] = [{ name: 'brain.js', packages: { 'brain.js': '1.6.1' }, load }];
