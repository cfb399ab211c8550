/** How a status looks: its word, in the tone of what it means. Colour is never all that tells. */
import { html, nothing, type TemplateResult } from 'lit'
import type { Deployment } from '../../kernel/schema/deployment.ts'
import type { Node, NodeStatus } from '../../kernel/schema/node.ts'
import type { PodStatus } from '../../kernel/schema/pod.ts'
import { isUnconfirmed } from './foreseen.ts'

export type Tone = 'good' | 'busy' | 'bad' | 'still'

const PODS: Record<PodStatus, Tone> = {
  pending: 'busy',
  scheduled: 'busy',
  starting: 'busy',
  running: 'good',
  stopping: 'busy',
  succeeded: 'still',
  failed: 'bad',
  stopped: 'still',
  evicted: 'bad',
  unknown: 'bad',
}
const DEPLOYMENTS: Record<Deployment['status']['phase'], Tone> = {
  progressing: 'busy',
  canary: 'busy',
  complete: 'good',
  degraded: 'bad',
  paused: 'still',
  failed: 'bad',
  deleting: 'busy',
}
const NODES: Record<NodeStatus, Tone> = { online: 'good', unhealthy: 'bad', offline: 'bad' }

export const podTone = (status: PodStatus): Tone => PODS[status]
export const nodeTone = ({ status, unschedulable }: Node): Tone => (unschedulable ? 'busy' : NODES[status])

export const podStatus = (status: PodStatus): TemplateResult => html`<span class="status" data-tone=${podTone(status)}>${status}</span>`

export const nodeStatusText = ({ status, unschedulable }: Node): string => (unschedulable ? `${status}, cordoned` : status)
export const nodeStatus = (node: Node): TemplateResult =>
  html`<span class="status" data-tone=${nodeTone(node)}>${nodeStatusText(node)}</span>`

/** Beside the name of a record that shows what was asked for before the server has said so. */
export const confirmation = (record: object): TemplateResult | typeof nothing =>
  isUnconfirmed(record) ? html`<span class="unconfirmed">not confirmed yet</span>` : nothing

export const deploymentStatus = (phase: Deployment['status']['phase']): TemplateResult =>
  html`<span class="status" data-tone=${DEPLOYMENTS[phase]}>${phase}</span>`
