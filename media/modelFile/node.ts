/** What is known of the card that is chosen in the graph of a file. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Model } from '../../src/model/graph';
import { splitArguments } from '../panel/graph/arguments';
import { attributesText, type Tree, treeOf } from '../panel/graph/tree';
import { type Card, visibleGraph } from '../panel/graph/visible';
import { elementCount, formatInteger, formatShape } from '../panel/logic/numbers';
import { icon } from '../panel/parts/icons';
import { t } from '../panel/strings';

export interface NodeActions {
  close(): void;
  reveal(module: string, node?: string): void;
  tensor(name: string): void;
  /** Tensors that the file lists. */
  stored: ReadonlySet<string>;
}

let known: { model: Model; tree: Tree } | undefined;

function cardOf(model: Model, id: string): Card | undefined {
  if (known?.model !== model) known = { model, tree: treeOf(model) };
  const { tree } = known;
  // Open down to the item, closed at the item itself.
  const open = new Set<string>([tree.root.id]);
  for (let at = tree.parents.get(id); at !== undefined; at = tree.parents.get(at)) open.add(at);
  return visibleGraph(tree, open).cards.find(c => c.id === id);
}

export function nodeDetails(model: Model, id: string, actions: NodeActions): TemplateResult {
  const card = cardOf(model, id);
  if (!card) return html`${nothing}`;
  const { item } = card;
  const node = item?.nodes.length === 1 ? model.nodes[item.nodes[0]!] : undefined;
  const attributes = node ? attributesText(node) : '';
  const own = model.parameters.filter(p => card.parameterNames.includes(p.name));
  const place = model.modules.find(m => m.path === item?.path)?.definition ?? node?.call;
  return html`<aside class="details" aria-label=${t('details.label')}>
    <header>
      <div>
        <h2>${card.name}</h2>
        <p class="quiet">${card.type}</p>
      </div>
      <button class="tool" title=${t('details.close')} aria-label=${t('details.close')} @click=${actions.close}>${icon('cross')}</button>
    </header>
    <dl>
      ${shapes(t('details.input'), card.inputs)} ${shapes(t('details.output'), card.outputs)}
      ${card.arguments ? lines(t('details.arguments'), splitArguments(card.arguments)) : nothing}
      ${attributes ? lines(t('details.attributes'), splitArguments(attributes)) : nothing}
      ${item?.path ? lines(t('details.path'), [item.path]) : nothing}
      ${card.repeats > 1 ? lines(t('details.repeats'), [`× ${card.repeats}`]) : nothing}
      ${
        place
          ? html`<dt>${t('details.definition')}</dt>
              <dd><button class="link" @click=${() => actions.reveal(item!.path, node?.id)}>${place.file.split(/[\\/]/).pop()}:${place.line}</button></dd>`
          : nothing
      }
    </dl>
    ${
      own.length
        ? html`<section>
            <h3>${t('details.parameters')} <span class="mono">${formatInteger(card.parameters)}</span></h3>
            <table class="numbers">
              <tbody>
                ${own.slice(0, 60).map(
                  p => html`<tr>
                    <th scope="row">
                      ${
                        actions.stored.has(p.name)
                          ? html`<button class="link" @click=${() => actions.tensor(p.name)}><code>${p.name}</code></button>`
                          : html`<code>${p.name}</code>`
                      }
                    </th>
                    <td>${formatShape(p.shape)}</td>
                    <td>${formatInteger(elementCount(p.shape))}</td>
                  </tr>`,
                )}
              </tbody>
            </table>
          </section>`
        : nothing
    }
  </aside>`;
}

function lines(term: string, all: readonly string[]): TemplateResult {
  return html`<dt>${term}</dt>
    <dd>${all.map(x => html`<code class="line">${x}</code>`)}</dd>`;
}

function shapes(term: string, all: Card['inputs']): TemplateResult {
  return html`${all.length ? lines(term, all.slice(0, 6).map(formatShape)) : nothing}`;
}
