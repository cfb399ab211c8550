/**
 * The table of permissions, cell by cell, through both doors: what a role lacks is refused whatever is asked; what it has goes on to
 * the input; and where it reaches only its own, another's is refused and its own is not.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { done } from '../support/api.ts'
import { person, type Person } from '../support/people.ts'
import { startServer, type Server } from '../support/server.ts'
import { reachOf, table } from '../../plugins/auth/permissions.ts'
import type { Role } from '../../kernel/schema/index.ts'
import { routesOf, sayByRest, sayByWire, type OpenApi, type Route, type Said } from './support/both-doors.ts'
import { recipes, type Recipe, type Stage } from './support/permission-recipes.ts'
import { permissionsPage } from './support/permissions-page.ts'
import { registry } from './support/registry.ts'

let server: Server
let stage: Stage
let routes: Route[]
const people: Partial<Record<Role, Pick<Person, 'api' | 'wire'>>> = {}

beforeAll(async () => {
  server = await startServer()
  const [user, other, viewer, node] = [
    await person(server, ['user']),
    await person(server, ['user']),
    await person(server, ['viewer']),
    await server.join(),
  ]
  stage = { server, user, other, viewer, node }
  people.admin = { api: server, wire: await server.connect() }
  people.user = user
  people.viewer = viewer
  people.node = { api: server.as(node.credential), wire: node.wire }
  routes = routesOf(await done(server.get<OpenApi>('/openapi.json')))
})
afterAll(async () => {
  for (const each of Object.values(people)) each.wire.close()
  stage?.node.close()
  await server?.kill()
})

const ROLES: readonly Role[] = ['admin', 'user', 'viewer', 'node']
const operations = registry()
const codeOf = (said: Said): string => ('code' in said ? said.code : 'done')
const routeOf = (name: string): Route => {
  const found = routes.find(({ operationId }) => operationId === name)
  if (!found) throw new Error(`no operation ${name}`)
  return found
}
/** What each door says. */
const say = async ({ api, wire }: Pick<Person, 'api' | 'wire'>, name: string, input: Recipe['input']): Promise<Said[]> => {
  const route = routeOf(name)
  return [await sayByRest(api, route, input), await sayByWire(wire, route, input)]
}

describe('a permission that a role', () => {
  const withPermission = operations.filter(({ permission }) => permission !== null)
  const cells = withPermission.flatMap(({ name, permission }) => ROLES.map((role) => [name, role, permission ?? ''] as const))

  test.each(cells.filter(([, role, permission]) => !reachOf(role, permission)))(
    'lacks refuses it at the door: %s as %s',
    async (name, role) => {
      const who = people[role]
      if (!who) throw new Error(`nobody is ${role}`)
      // An input that is wrong: the permission is judged before it.
      expect((await say(who, name, { nonsense: 1 })).map(codeOf)).toEqual(['FORBIDDEN', 'FORBIDDEN'])
    },
  )

  test.each(cells.filter(([, role, permission]) => reachOf(role, permission)))(
    'has lets it pass the door: %s as %s',
    async (name, role) => {
      const who = people[role]
      if (!who) throw new Error(`nobody is ${role}`)
      for (const said of await say(who, name, { nonsense: 1 })) expect(['INVALID', 'NOT_FOUND', 'done']).toContain(codeOf(said))
    },
  )

  test.each(withPermission.map(({ name }) => name))('without a credential is none: %s', async (name) => {
    expect(codeOf(await sayByRest(server.as(undefined), routeOf(name), { nonsense: 1 }))).toBe('UNAUTHENTICATED')
  })
})

describe('whoever reaches only his own', () => {
  const reaching = (role: Role) =>
    operations.filter(({ permission }) => ['own', 'seen'].includes(reachOf(role, permission ?? '') ?? '')).map(({ name }) => name)

  test('has a recipe here for every operation in which that matters', () => {
    const wanted = [...new Set([...reaching('user'), ...reaching('viewer'), ...reaching('node')])].toSorted()
    expect(Object.keys(recipes).toSorted()).toEqual(wanted)
  })

  const cells = Object.entries(recipes).flatMap(([name, byRole]) =>
    Object.entries(byRole).map(([role, recipe]) => [name, role as Role, recipe] as const),
  )
  test.each(cells)('%s as %s', async (name, role, makeRecipe) => {
    for (const door of [0, 1]) {
      const who = people[role]
      if (!who) throw new Error(`nobody is ${role}`)
      const speak = (input: Recipe['input']) =>
        door === 0 ? sayByRest(who.api, routeOf(name), input) : sayByWire(who.wire, routeOf(name), input)
      const { own, others, overWire } = await makeRecipe(stage)
      for (const { input, refused } of others)
        expect([door, codeOf(await speak(input))]).toEqual([door, (door === 1 && overWire) || refused])
      if (!own) continue
      const said = await speak(own.input)
      expect([door, codeOf(said)]).toEqual([door, (door === 1 && overWire) || 'done'])
      const text = JSON.stringify(said)
      expect([text.includes(own.shows ?? ''), own.hides !== undefined && text.includes(own.hides)]).toEqual([true, false])
    }
  })
})

describe('the page about it', () => {
  test('is the table as it is now', async () => {
    await expect(permissionsPage(operations, table)).toMatchFileSnapshot('../../plugins/auth/PERMISSIONS.md')
  })

  test('knows every permission that an operation names', () => {
    const named = new Set(operations.flatMap(({ permission }) => permission ?? []))
    expect([...named].filter((permission) => !Object.hasOwn(table, permission))).toEqual([])
  })
})
