import { expect, test } from 'vitest'
import { ListedTool } from '../../../../lib/model/listed-tool.ts'
import { printTools } from '../../../../lib/probe/drift/print-tools.ts'
import { probe } from '../../../../lib/probe/probe.ts'
import { smallMcpServer } from '../../../support/small-mcp-server.ts'

test('a real server’s tools have the same print in both protocol eras', async () => {
  await using server = await smallMcpServer({ extraTools: ['other'] })
  const prints = []
  for (const era of ['legacy', 'modern'] as const) {
    const target = { endpoint: server.endpoint, era, timeoutMs: 5000, headers: {}, allowAddresses: ['127.0.0.0/8'] }
    const { toolList, era: spoken } = await probe(target)
    expect(spoken).toBe(era)
    prints.push(printTools((toolList ?? []).map((tool) => ListedTool.parse(tool))))
  }
  expect(prints[0]?.count).toBe(2)
  expect(prints[1]).toEqual(prints[0])
})
