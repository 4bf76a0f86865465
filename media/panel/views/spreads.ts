/** How weights and gradients were spread over the epochs, a range of hills for each parameter. */
import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import type { History } from '../../../src/train/runs/history';
import type { Spread } from '../../../src/train/runs/run';
import type { Actions } from '../actions';
import type { RidgesProperties } from '../parts/ridges';
import type { Settings } from '../store';
import { t } from '../strings';

const few = 8;

export function spreads(history: History, settings: Settings, module: string | undefined, actions: Actions) {
  const { layers } = history;
  if (layers.length < 2) return html`${nothing}`;
  const kind = settings.spread;
  const names = Object.keys(layers.at(-1)![kind]).filter(n => moves(n, layers, kind));
  // The selected layer comes first.
  const own = (n: string) => Number(module !== undefined && (n === module || n.startsWith(`${module}.`)));
  const sorted = [...names].sort((a, b) => own(b) - own(a));
  const shown = settings.allSpreads ? sorted : sorted.slice(0, few);
  return html`<section class="spreads wide-part" aria-label=${t('spread.title')}>
    <header class="chart-head">
      <h2 class="part">${t('spread.title')}</h2>
      <div class="segments" role="group" aria-label=${t('spread.kind')}>
        ${(['weights', 'gradients'] as const).map(
          k => html`<button class="segment" aria-pressed=${k === kind} @click=${() => actions.set({ spread: k })}>
            ${t(`spread.${k}`)}
          </button>`,
        )}
      </div>
      <span class="quiet">${t('spread.caption')}</span>
    </header>
    <div class="ridges">
      ${shown.map(name => ridge(name, layers, kind, own(name) > 0, actions))}
    </div>
    ${
      names.length > few
        ? html`<button class="link" @click=${() => actions.set({ allSpreads: !settings.allSpreads })}>
            ${settings.allSpreads ? t('explain.showLess') : t('explain.showAll', { count: names.length })}
          </button>`
        : nothing
    }
  </section>`;
}

/** A mask or another constant of the model is the same in each epoch: there is nothing to see. */
function moves(name: string, layers: History['layers'], kind: 'weights' | 'gradients'): boolean {
  if (name in layers.at(-1)!.gradients) return true;
  const [first, last] = [layers[0], layers.at(-1)].map(l => JSON.stringify(l![kind][name]));
  return first !== last;
}

function ridge(
  name: string,
  layers: History['layers'],
  kind: 'weights' | 'gradients',
  picked: boolean,
  actions: Actions,
): TemplateResult {
  return html`${guard([name, layers.length, layers.at(-1), kind, picked], () => {
    const points = layers.flatMap(l => {
      const spread: Spread | undefined = l[kind][name];
      return spread ? [{ epoch: l.epoch, spread }] : [];
    });
    const properties: RidgesProperties = {
      title: name,
      points,
      picked,
      onPick: () => actions.select({ module: name.replace(/\.[^.]+$/, '') }),
    };
    return html`<vitrine-ridges class="ridge" .properties=${properties}></vitrine-ridges>`;
  })}`;
}
