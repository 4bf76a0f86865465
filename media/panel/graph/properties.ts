/** What a graph is given, and what it tells of the reader. */
import type { ColourBy } from '../../../src/editor/panelProtocol';
import type { Model } from '../../../src/model/graph';
import type { Mark } from '../../modelDiff/marks';
import type { Direction } from './layout';
import type { Card } from './visible';

export interface GraphProperties {
  model: Model;
  direction: Direction;
  colour: ColourBy;
  /** What one may choose to colour by; parameters alone if absent. */
  colours?: readonly ColourBy[];
  gradientNorms?: Readonly<Record<string, number>> | undefined;
  /** Of single nodes, by id: what `colour` shows, unless it is parameters or gradients. */
  figures?: Readonly<Record<string, number>> | undefined;
  /** Ids of open groups; undefined opens what is readable. */
  open?: readonly string[] | undefined;
  /** What a comparison with another version says of nodes, by index; shown as outlines. */
  marks?: ReadonlyMap<number, Mark> | undefined;
  /** The selected card's id, and the selected module's path for where the card is not known. */
  card?: string | undefined;
  module?: string | undefined;
  /** Something flows through it right now. */
  live?: boolean;
}

/** True where the same would be drawn: the page is drawn anew for whatever changes in it. */
export function sameProperties(a: GraphProperties, b: GraphProperties): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof GraphProperties>;
  return [...keys].every(k => (k === 'colours' ? `${a.colours}` === `${b.colours}` : Object.is(a[k], b[k])));
}

export interface GraphEvents {
  onSelect(card: Card | undefined): void;
  onOpen(open: readonly string[]): void;
  onDirection(direction: Direction): void;
  onColour(colour: ColourBy): void;
  onExport(svgText: string): void;
  /** The drawing as a PNG file; the button is there if this is. */
  onPicture?(bytes: Uint8Array): void;
}
