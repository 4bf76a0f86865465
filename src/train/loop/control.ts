/** The hand on a run: pause, continue, stop, another learning rate. The loop looks at it between steps. */
export class RunControl {
  private state: 'going' | 'paused' | 'stopped' = 'going';
  private wake: (() => void)[] = [];
  private rate: number | undefined;

  get paused(): boolean {
    return this.state === 'paused';
  }

  get stopped(): boolean {
    return this.state === 'stopped';
  }

  /**
   * From the next step on the run starts from this learning rate instead of the recipe's: its schedule and its groups
   * of parameters keep their proportions.
   */
  setLearningRate(learningRate: number): void {
    this.rate = learningRate;
  }

  /** What was set since the last time it was taken. */
  takeLearningRate(): number | undefined {
    const { rate } = this;
    this.rate = undefined;
    return rate;
  }

  pause(): void {
    if (this.state === 'going') this.state = 'paused';
  }

  continue(): void {
    if (this.state === 'paused') this.state = 'going';
    this.wakeAll();
  }

  /** Ends the run after the step that is under way, with its checkpoint kept. Cannot be taken back. */
  stop(): void {
    this.state = 'stopped';
    this.wakeAll();
  }

  /** Resolves when the run is no longer paused: continued, stopped, or the signal aborted. */
  async untilContinued(signal?: AbortSignal): Promise<void> {
    while (this.paused && !signal?.aborted) {
      await new Promise<void>(resolve => {
        this.wake.push(resolve);
        signal?.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  private wakeAll(): void {
    const waiting = this.wake;
    this.wake = [];
    for (const resolve of waiting) resolve();
  }
}
