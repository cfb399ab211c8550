/** How far the drain of a node is, and what it waits for. */
import { html, nothing, type TemplateResult } from 'lit'
import type { Drain } from '../../../kernel/schema/node.ts'
import { deploymentAddress } from '../route.ts'
import { since } from '../time.ts'

export function drainStanding(drain: Drain | null | undefined): TemplateResult | typeof nothing {
  if (!drain) return nothing
  const { since: began, by, isForced, doneAt, leaving, daemons, waitsFor } = drain
  const stay = daemons === 0 ? '' : ` ${daemons} of daemons stay.`
  if (doneAt !== null) return html`<p role="status">Drained ${since(doneAt)}.${stay} Uncordon it to let pods come again.</p>`
  return html`<section class="card" aria-label="Drain">
    <p role="status">
      ${isForced ? 'It is emptied at once' : 'It is drained'}, as ${by} asked ${since(began)}: ${leaving} stopping.${stay} Uncordon it to
      end that.
    </p>
    ${
      waitsFor.length === 0
        ? nothing
        : html`<p>It waits for</p>
            <ul>
              ${waitsFor.map(
                ({ deployment, pods, reason }) =>
                  html`<li>
                    <a href=${deploymentAddress(split(deployment))}>${deployment}</a>, ${pods} ${pods === 1 ? 'pod' : 'pods'}: ${reason}
                  </li>`,
              )}
            </ul>`
    }
  </section>`
}

/** From namespace/name. */
function split(deployment: string): { readonly namespace: string; readonly name: string } {
  const [namespace = '', name = ''] = deployment.split('/')
  return { namespace, name }
}
