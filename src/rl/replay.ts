/** The last steps that were taken, to learn from again: the experience replay of Lin (1992) and Mnih et al. (2015). */
import type { Tensors } from '../model/graph';
import type { Random } from '../model/random';

export interface Transition {
  state: ArrayLike<number>;
  action: number;
  reward: number;
  next: ArrayLike<number>;
  /** Whether nothing is worth anything afterwards; not where only the time was over. */
  terminated: boolean;
}

export class ReplayBuffer {
  private readonly states: Float32Array;
  private readonly nexts: Float32Array;
  /** Action, reward and end of each step. */
  private readonly facts: Float32Array;
  private count = 0;
  /** Where the next step goes; the oldest step once the buffer is full. */
  private at = 0;

  /** @param saved what `state` gave. */
  constructor(
    readonly capacity: number,
    readonly width: number,
    saved: Tensors = {},
  ) {
    this.states = new Float32Array(capacity * width);
    this.nexts = new Float32Array(capacity * width);
    this.facts = new Float32Array(capacity * 3);
    const { states, nexts, facts, at } = saved;
    if (!states || !nexts || !facts || !at || facts.data.length > this.facts.length) return;
    this.states.set(states.data);
    this.nexts.set(nexts.data);
    this.facts.set(facts.data);
    this.count = facts.data.length / 3;
    this.at = at.data[0]! % capacity;
  }

  get size(): number {
    return this.count;
  }

  add({ state, action, reward, next, terminated }: Transition): void {
    this.states.set(state, this.at * this.width);
    this.nexts.set(next, this.at * this.width);
    this.facts.set([action, reward, terminated ? 1 : 0], this.at * 3);
    this.at = (this.at + 1) % this.capacity;
    this.count = Math.min(this.count + 1, this.capacity);
  }

  /** Steps by chance, each as likely as the others. States are [rows × width]. */
  sample(rows: number, random: Random) {
    const { width } = this;
    const out = {
      states: new Float32Array(rows * width),
      nexts: new Float32Array(rows * width),
      actions: new Int32Array(rows),
      rewards: new Float32Array(rows),
      terminated: new Uint8Array(rows),
    };
    for (let i = 0; i < rows; i++) {
      const r = random.integer(this.count);
      out.states.set(this.states.subarray(r * width, (r + 1) * width), i * width);
      out.nexts.set(this.nexts.subarray(r * width, (r + 1) * width), i * width);
      out.actions[i] = this.facts[r * 3]!;
      out.rewards[i] = this.facts[r * 3 + 1]!;
      out.terminated[i] = this.facts[r * 3 + 2]!;
    }
    return out;
  }

  state(): Tensors {
    const { count, width } = this;
    return {
      states: { shape: [count, width], data: this.states.slice(0, count * width) },
      nexts: { shape: [count, width], data: this.nexts.slice(0, count * width) },
      facts: { shape: [count, 3], data: this.facts.slice(0, count * 3) },
      at: { shape: [1], data: Int32Array.of(this.at) },
    };
  }
}
