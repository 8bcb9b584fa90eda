import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'

/** What the server does at the moment; tests change it between probes. */
export interface Behaviour {
  version: string
  /** Tools besides `echo`, without arguments. */
  extraTools: string[]
  description: string
  readOnly: boolean
  answer: (text: string) => Promise<{ content: { type: 'text'; text: string }[]; isError?: boolean }>
  metrics: string
  health: { status: number; body: string }
  /** Expected Authorization header; without it anybody may call. */
  authorization?: string
}

/** A real MCP server of the official SDK in both eras, with `/metrics` and `/health`, on a free port of 127.0.0.1. */
export async function smallMcpServer(given: Partial<Behaviour> = {}) {
  const behaviour: Behaviour = {
    version: '1.0.0',
    extraTools: [],
    description: 'Says it again.',
    readOnly: true,
    answer: async (text) => ({ content: [{ type: 'text', text }] }),
    metrics: '# TYPE mcp_requests_total counter\nmcp_requests_total{status="success"} 7\n',
    health: { status: 200, body: '{"status":"ok","checks":{"db":"ok"}}' },
    ...given,
  }
  const calls: string[] = []
  const mcp = toNodeHandler(
    createMcpHandler(() => {
      const server = new McpServer({ name: 'small', version: behaviour.version })
      server.registerTool(
        'echo',
        {
          description: behaviour.description,
          inputSchema: z.object({ text: z.string() }),
          annotations: { readOnlyHint: behaviour.readOnly },
        },
        ({ text }) => {
          calls.push(text)
          return behaviour.answer(text)
        },
      )
      for (const name of behaviour.extraTools) {
        server.registerTool(name, { inputSchema: z.object({}) }, async () => ({ content: [] }))
      }
      return server
    }),
  )
  const http = createServer((request, response) => {
    if (request.url === '/metrics') return void response.setHeader('content-type', 'text/plain').end(behaviour.metrics)
    if (request.url === '/health') return void response.writeHead(behaviour.health.status).end(behaviour.health.body)
    if (behaviour.authorization && request.headers.authorization !== behaviour.authorization) {
      response.writeHead(401, {
        'www-authenticate': `Bearer error="invalid_token", error_description="unknown: ${request.headers.authorization}"`,
      })
      return void response.end()
    }
    void mcp(Object.assign(request, { method: request.method ?? 'POST', url: request.url ?? '/' }), response)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  return {
    behaviour,
    calls,
    endpoint: `http://127.0.0.1:${port}/mcp`,
    [Symbol.asyncDispose]: async () => {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}
