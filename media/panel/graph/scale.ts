/** What a graph's cards are coloured by: the figure of each card, and its place between the least and the most. */
import type { ColourBy } from '../../../src/editor/panelProtocol';
import type { Model } from '../../../src/model/graph';
import { logPosition } from '../logic/colours';
import { formatCount, formatDuration, formatNumber, formatPercent } from '../logic/numbers';
import { t } from '../strings';
import { type Card, gradientNormOf } from './visible';

export interface Figures {
  colour: ColourBy;
  /** Of single nodes, by id; for every colour but parameters and gradients. */
  figures?: Readonly<Record<string, number>> | undefined;
  gradientNorms?: Readonly<Record<string, number>> | undefined;
}

export interface Scale {
  kind: ColourBy;
  /** What its two ends stand for; absent when nothing has a value. */
  ends?: readonly [string, string];
  /** 0 to 1; undefined for what has no value. */
  at(card: Card): number | undefined;
  /** In short, for the card's corner; "" for none. */
  text(card: Card): string;
  /** In words; "" for none. */
  words(card: Card): string;
}

/** What several nodes come to in one card: shares are averaged, everything else adds up. */
export function figureOf(
  card: Card,
  figures: Readonly<Record<string, number>>,
  model: Model,
  kind: ColourBy,
): number | undefined {
  const known = (card.item?.nodes ?? []).flatMap(i => figures[model.nodes[i]!.id] ?? []);
  if (known.length === 0) return undefined;
  const sum = known.reduce((a, b) => a + b, 0);
  return kind === 'zeros' ? sum / known.length : sum;
}

export function scaleOf(p: Figures, model: Model, cards: readonly Card[]): Scale {
  const { colour: kind, figures, gradientNorms } = p;
  const value = (c: Card): number | undefined => {
    if (kind === 'parameters') return c.parameters || undefined;
    if (kind === 'gradients') return gradientNorms && gradientNormOf(c, gradientNorms);
    return figures && figureOf(c, figures, model, kind);
  };
  const values = cards.map(value).filter(v => v !== undefined && v > 0) as number[];
  const max = Math.max(...values, 0);
  const least = Math.min(...values);
  const linear = kind === 'zeros' || kind === 'attribution';
  const top = kind === 'zeros' ? 1 : max;
  // Counts start at 1; norms and times span what there is, at least a decade.
  const min = linear ? 0 : kind === 'parameters' ? 1 : Math.min(least, max / 10);
  const format = (v: number) => formatFigure(kind, v);
  return {
    kind,
    ...(values.length ? { ends: [format(linear ? 0 : min), format(top)] as const } : {}),
    at: c => {
      const v = value(c);
      if (v === undefined) return undefined;
      return linear ? (top > 0 ? v / top : 0) : logPosition(v, max, min);
    },
    text: c => {
      const v = value(c);
      return v === undefined ? '' : format(v);
    },
    words: c => {
      const v = value(c);
      // The number of parameters is said anyway.
      return v === undefined || kind === 'parameters' ? '' : `${t(`graph.colour.${kind}`)} ${format(v)}`;
    },
  };
}

export function formatFigure(kind: ColourBy, v: number): string {
  switch (kind) {
    case 'parameters':
    case 'flops':
      return formatCount(v);
    case 'seconds':
      return v < 1e-3 ? `${formatNumber(v * 1e6, 3)} µs` : formatDuration(v);
    case 'zeros':
      return formatPercent(v, 0);
    case 'gradients':
    case 'attribution':
      return formatNumber(v, 2);
  }
}
