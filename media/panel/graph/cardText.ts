/** What stands on a card, what is said of it aloud, and how much room that takes. */
import { formatCount, formatInteger, formatShape } from '../logic/numbers';
import { textWidth } from '../parts/measure';
import { t } from '../strings';
import { shortArguments } from './arguments';
import type { Sizes } from './layout';
import type { Card } from './visible';

export const fonts = {
  name: '600 12.5px ',
  type: '11.5px ',
  mono: '10.5px ',
};

export interface Family {
  sans: string;
  mono: string;
}

/** Calls without parameters, and the model's ends, need no more than a name. */
export function isOneLine(card: Card): boolean {
  return card.kind === 'input' || card.kind === 'output' || (card.kind === 'op' && card.parameters === 0);
}

export function titleOf(card: Card): string {
  if (card.name) return card.name;
  return card.kind === 'output' ? t('graph.node.output') : t('graph.node.input');
}

export function secondLine(card: Card): string {
  if (card.kind === 'op') return card.hint;
  const count = card.item?.nodes.length ?? 0;
  if (card.kind === 'group')
    return [card.type, t('graph.node.operations', { count })].filter(Boolean).join(' · ');
  return card.type;
}

export function argumentsOf(card: Card): string {
  return card.kind === 'module' ? shortArguments(card.arguments) : '';
}

/** What stands in small beside the name of a card of one line. */
export function aside(card: Card): string {
  if (card.kind === 'input') return card.name ? t('graph.node.input').toLowerCase() : '';
  if (card.kind === 'output') return card.name ? t('graph.node.output').toLowerCase() : '';
  return card.hint;
}

export function tooltip(card: Card, value: string): string {
  const path = card.item?.path;
  return [
    [path || card.name, card.type].filter(Boolean).join('  '),
    card.arguments,
    card.parameters ? t('graph.node.parameters', { count: formatInteger(card.parameters) }) : '',
    card.outputs.map(formatShape).join(', '),
    value,
  ]
    .filter(Boolean)
    .join('\n');
}

/** @param value the figure that the graph is coloured by, in words; "" for none. */
export function spoken(card: Card, value: string): string {
  const outputs = card.outputs.map(formatShape).join(', ');
  return [
    card.kind === 'input' ? t('graph.node.input') : card.kind === 'output' ? t('graph.node.output') : '',
    card.name,
    card.kind === 'input' || card.kind === 'output' ? '' : card.type,
    card.repeats > 1 ? t('graph.node.repeats', { count: card.repeats }) : '',
    card.parameters ? t('graph.node.parameters', { count: formatInteger(card.parameters) }) : '',
    outputs ? t('graph.node.outputs', { shape: outputs }) : '',
    value,
  ]
    .filter(Boolean)
    .join(', ');
}

/** Measured by the page, so that the layout can run where there are no fonts. */
export function sizesIn(family: Family): Sizes {
  const mono = (text: string) => textWidth(text, fonts.mono + family.mono);
  return {
    card: card => {
      const name = textWidth(titleOf(card), fonts.name + family.sans);
      if (isOneLine(card)) {
        const extra = aside(card) ? mono(aside(card)) + 8 : 0;
        return { width: Math.max(name + extra + 28, 76), height: 28 };
      }
      const type = textWidth(secondLine(card), fonts.type + family.sans);
      const count = card.parameters ? mono(formatCount(card.parameters)) + 16 : 0;
      const args = Math.min(mono(argumentsOf(card)), 190);
      const badge = card.repeats > 1 ? 34 : 0;
      const chevron = card.item?.children.length ? 20 : 0;
      const width = Math.max(name + count + badge + chevron + 26, type + 26, args + 26, 124);
      return { width: Math.min(width, 264), height: argumentsOf(card) ? 62 : 46 };
    },
    label: text => ({ width: mono(text) + 10, height: 16 }),
  };
}
