/** A text, each of its tokens coloured by what it contributed. */
import { html, nothing, type TemplateResult } from 'lit';
import { isPadding } from '../../../src/explain/words/padding';
import { formatSigned } from '../logic/numbers';

/** @param names "3 word", or "(3)" where there is no token. */
export function tokenLine({
  names,
  values,
}: {
  names?: readonly string[];
  values: readonly number[];
}): TemplateResult {
  if (!names) return html`${nothing}`;
  const largest = Math.max(1e-12, ...values.map(Math.abs));
  return html`<p class="token-line">
    ${names.map((name, i) => {
      if (isPadding(name, i)) return nothing;
      const word = name.replace(/^\d+ /, '');
      const share = Math.abs(values[i]!) / largest;
      return html`<span
        class=${`token ${values[i]! < 0 ? 'negative' : 'positive'}`}
        .style=${`--share: ${share.toFixed(3)}`}
        title=${formatSigned(values[i]!)}
        >${word}</span
      > `;
    })}
  </p>`;
}
