/** The baseline of the API: a bare Koa route that answers given bytes, in a process of its own. Reads them from stdin. */
import Koa from 'koa'
import { buffer } from 'node:stream/consumers'

const bytes = await buffer(process.stdin)
const app = new Koa()
app.use(async (context) => {
  if (context.method === 'POST') for await (const _chunk of context.req);
  context.status = context.method === 'POST' ? 201 : 200
  context.type = 'application/json'
  context.body = bytes
})
const server = app.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`))
