/** Figures of single nodes, fetched when the graph is to be coloured by them. */

import type { Model } from '../../model/graph';
import type { Engine } from '../engine';
import type { ColourBy, LayerFigures } from '../panelProtocol';
import { loadOps } from '../registries';
import type { Foci } from '../runs/focus';
import { isTrained, type Runs } from '../runs/store';
import { flopsOf, flopsPerSample } from '../text/facts';
import type { Desk } from './desk';

export class Layers {
  readonly #desk: Desk;
  readonly #needs: { engine: Engine; runs: Runs; foci: Foci };

  constructor(desk: Desk, needs: { engine: Engine; runs: Runs; foci: Foci }) {
    this.#desk = desk;
    this.#needs = needs;
  }

  /** Brings the figures that a colour needs; those that are there and still true are kept. */
  async show(by: ColourBy, signal: AbortSignal): Promise<void> {
    const { model, run, explanation } = this.#desk.state;
    if (!model) return;
    if (by === 'flops' && !this.#desk.state.layers?.flops) {
      const flops = await nodeFlops(model);
      if (this.#desk.state.model === model) this.#merge({ flops });
    }
    if ((by !== 'zeros' && by !== 'attribution' && by !== 'seconds') || !run) return;
    const trained = await this.#needs.runs.get(run.record.id);
    if (!trained || !isTrained(trained.record)) return;
    const same = this.#desk.state.layers?.run === run.record.id;
    if (by === 'seconds') {
      if (same && this.#desk.state.layers?.seconds) return;
      const { seconds } = await this.#needs.engine.request(
        'run/timing',
        { run: trained.folder.fsPath },
        { signal },
      );
      this.#put(run.record.id, { seconds });
      return;
    }
    const row = by === 'attribution' ? (explanation?.row ?? undefined) : undefined;
    const { layers } = this.#desk.state;
    if (by === 'zeros' && same && layers?.zeros) return;
    if (by === 'attribution' && (row === undefined || (same && layers?.row === row && layers.attribution)))
      return;
    const { zeros, attribution } = await this.#needs.engine.request(
      'run/activity',
      {
        run: trained.folder.fsPath,
        ...(row === undefined ? {} : { row, target: explanation!.target.index }),
      },
      { signal },
    );
    this.#put(run.record.id, {
      ...(by === 'zeros' ? { zeros } : {}),
      ...(attribution && row !== undefined ? { attribution, row } : {}),
    });
  }

  /** Figures of a run, if it is still the shown one; those of another run before it go. */
  #put(run: string, figures: LayerFigures): void {
    if (this.#desk.state.run?.record.id !== run) return;
    const { layers } = this.#desk.state;
    const before = layers?.run === run ? layers : layers?.flops ? { flops: layers.flops } : {};
    this.#desk.update({ layers: { ...before, run, ...figures } });
  }

  /** What a layer of the shown run attends to. */
  async attend(module: string, signal: AbortSignal): Promise<void> {
    const { run } = this.#desk.state;
    const trained = run && (await this.#needs.runs.get(run.record.id));
    if (!trained || !isTrained(trained.record)) return;
    const found = await this.#needs.foci.ofRun(trained, module, signal);
    if (this.#desk.state.run?.record.id !== run.record.id || signal.aborted) return;
    this.#desk.update({ focus: { run: run.record.id, module, found: found ?? null } });
  }

  #merge(more: LayerFigures): void {
    this.#desk.update({ layers: { ...this.#desk.state.layers, ...more } });
  }
}

/** Of one sample, where they are a number. */
async function nodeFlops(model: Model): Promise<Record<string, number>> {
  const ops = await loadOps();
  const flops: Record<string, number> = {};
  for (const node of model.nodes) {
    const found = flopsOf(model, [node], ops);
    const each = found === undefined ? undefined : flopsPerSample(model, found);
    if (typeof each === 'number') flops[node.id] = each;
  }
  return flops;
}
