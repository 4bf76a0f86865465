/** What a view shows when it has nothing yet: what this place is for, and what to do next. */
import { html, nothing, type TemplateResult } from 'lit';
import { type IconName, icon } from './icons';

export function empty(
  title: string,
  text: string,
  action?: { label: string; icon?: IconName; run(): void },
): TemplateResult {
  return html`<div class="empty">
    <h2>${title}</h2>
    <p>${text}</p>
    ${
      action
        ? html`<vscode-button @click=${() => action.run()}>
            ${action.icon ? html`<span slot="content-before" class="button-icon">${icon(action.icon)}</span>` : nothing}${
              action.label
            }
          </vscode-button>`
        : nothing
    }
  </div>`;
}
