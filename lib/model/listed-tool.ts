import * as z from 'zod'

/** A tool as `tools/list` names it (MCP specification, "Tools"). Hints come from the server and are not proof. */
export const ListedTool = z.looseObject({
  name: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  inputSchema: z.unknown().optional(),
  outputSchema: z.unknown().optional(),
  annotations: z.looseObject({ readOnlyHint: z.boolean().optional() }).optional(),
})
export type ListedTool = z.infer<typeof ListedTool>
