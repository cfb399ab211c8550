/** PERMISSIONS.md: the table of permissions, for each operation that the server's plugins define. */
import type { Operation } from '../../../kernel/index.ts'
import type { Role } from '../../../kernel/schema/index.ts'
import { reachOf, type table } from '../../../plugins/auth/permissions.ts'

const ROLES: readonly Role[] = ['admin', 'user', 'viewer', 'node']

export function permissionsPage(operations: readonly Operation[], permissions: typeof table): string {
  const rows = operations
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, http, permission }) => {
      const cells = ROLES.map((role) => (permission === null ? 'anybody' : (reachOf(role, permission) ?? '')))
      return `| \`${name}\` | \`${http}\` | ${permission ?? ''} | ${cells.join(' | ')} |`
    })
  const unused = Object.keys(permissions).filter((each) => !operations.some(({ permission }) => permission === each))
  return `${INTRODUCTION}
| operation | route | permission | ${ROLES.join(' | ')} |
|---|---|---|${ROLES.map(() => '---|').join('')}
${rows.join('\n')}
${unused.length === 0 ? '' : `\nPermissions that no operation names yet: ${unused.join(', ')}.\n`}`
}

const INTRODUCTION = `# Who may do what

Made from the table in \`permissions.ts\` and the registry of operations. \`test/contract/permissions.test.ts\` holds each cell against the
server, through REST and the WebSocket; \`npx vitest run -c test/vitest.config.ts test/contract/permissions.test.ts -u\` writes this page anew.

- **all**: whatever there is. **own**: what the caller made; for a node, itself and what is bound to it. **seen**: one's own and what is public.
- An empty cell is refused with \`403 FORBIDDEN\`. What is not seen is not found.
- A user creates in the namespaces that he was let into (\`namespaces\` of the user), \`default\` unless told. Administrators everywhere.
- A join token may call \`nodes.register\` and nothing else. An API token has one role, never more than its owner has now, and less where it
  names \`scopes\` (permissions) or \`namespaces\`.
- A permission that is not in the table is the administrators'.
`
