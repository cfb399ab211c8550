/** The nouns alone, for kernels that bring rules of their own. */
import { Node, Pack, Pod, requestsByNamespace, type Plugin } from '../../../kernel/index.ts'

export const nouns = (): Plugin => ({
  name: 'nouns',
  apply({ kinds }) {
    kinds.define<Node>('nodes', { schema: Node, unique: { name: ({ name }) => name } })
    kinds.define<Pack>('packs', {
      schema: Pack,
      unique: { version: ({ name, version }) => `${name}@${version}` },
      indexes: { name: ({ name }) => name },
    })
    kinds.define<Pod>('pods', {
      schema: Pod,
      unique: { name: ({ namespace, name }) => `${namespace}/${name}` },
      indexes: { nodeId: ({ nodeId }) => nodeId, namespace: ({ namespace }) => namespace },
      sums: { requests: requestsByNamespace },
    })
  },
})
