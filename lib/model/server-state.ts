import * as z from 'zod'
import { TaskStop } from './ecs-facts.ts'
import { ProbeMemory } from './probe-memory.ts'
import type { Server } from './server.ts'
import { Surroundings } from './surroundings.ts'
import { Verdict } from './verdict.ts'

/** Counts since the server was first seen. `stops` counts by `stopCode|exitCode`. */
export const TaskFacts = z.object({
  restarts: z.number(),
  stops: z.record(z.string(), z.number()),
  lastStop: TaskStop.optional(),
})
export type TaskFacts = z.infer<typeof TaskFacts>

/** Last verdict and what the next probe needs to know of the earlier ones. */
export const ProbeState = z.object({
  verdict: Verdict,
  memory: ProbeMemory,
  surroundings: Surroundings.optional(),
})
export type ProbeState = z.infer<typeof ProbeState>

/** A server of the registry with what is remembered of it. */
export interface KnownServer {
  server: Server
  probe?: ProbeState
  tasks: TaskFacts
}
