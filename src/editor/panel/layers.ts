/** Figures of single nodes, fetched when the graph is to be coloured by them. */

import type { Model } from '../../model/graph';
import type { Engine } from '../engine';
import type { ColourBy, LayerFigures } from '../panelProtocol';
import { loadOps } from '../registries';
import { isTrained, type Runs } from '../runs/store';
import { flopsOf, flopsPerSample } from '../text/facts';
import type { Desk } from './desk';

export class Layers {
  readonly #desk: Desk;
  readonly #needs: { engine: Engine; runs: Runs };

  constructor(desk: Desk, needs: { engine: Engine; runs: Runs }) {
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
    const row = by === 'attribution' ? (explanation?.row ?? undefined) : undefined;
    const { layers } = this.#desk.state;
    const same = layers?.run === run.record.id;
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
    if (this.#desk.state.run?.record.id !== run.record.id) return;
    const before = same ? this.#desk.state.layers : { flops: this.#desk.state.layers?.flops };
    this.#desk.update({
      layers: compact({
        ...before,
        run: run.record.id,
        ...(by === 'zeros' ? { zeros } : {}),
        ...(attribution && row !== undefined ? { attribution, row } : {}),
      }),
    });
  }

  #merge(more: LayerFigures): void {
    this.#desk.update({ layers: { ...this.#desk.state.layers, ...more } });
  }
}

function compact(figures: { [K in keyof LayerFigures]?: LayerFigures[K] | undefined }): LayerFigures {
  return Object.fromEntries(Object.entries(figures).filter(([, v]) => v !== undefined)) as LayerFigures;
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
