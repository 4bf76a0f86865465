/** The questions beyond "why" that there are, in the order of the menu. */
import type { InquiryKind } from '../../../src/editor/inquiryProtocol';
import { anchor } from './anchor';
import { counterfactual } from './counterfactual';
import { episode } from './episode';
import { fairness } from './fairness';
import { filmstrip } from './filmstrip';
import type { InquiryView } from './inquiry';
import { methodsBeside } from './methodsBeside';
import { robustness } from './robustness';
import { typedValues } from './typed';
import { whatIf } from './whatIf';

type AnyView = { [K in InquiryKind]: InquiryView<K> }[InquiryKind];

export const inquiries: readonly AnyView[] = [
  whatIf,
  counterfactual,
  anchor,
  methodsBeside,
  filmstrip,
  fairness,
  robustness,
  typedValues,
  episode,
];
