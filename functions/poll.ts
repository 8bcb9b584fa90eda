import { readDrift, saveDrift } from '../lib/aws/drift-table.ts'
import { readServiceFacts } from '../lib/aws/ecs.ts'
import { requestEvaluation } from '../lib/aws/evaluate-queue.ts'
import { publishMetrics } from '../lib/aws/metrics.ts'
import { ownEndpoint } from '../lib/aws/own-endpoint.ts'
import { requestPolls } from '../lib/aws/poll-queue.ts'
import { writeBlock } from '../lib/aws/samples-table.ts'
import { readSecret } from '../lib/aws/secrets.ts'
import { readServers, saveProbeState } from '../lib/aws/servers-table.ts'
import { readConfig } from '../lib/config/bundled.ts'
import { planRecheck } from '../lib/discovery/plan-polls.ts'
import { handleMessages, logger } from '../lib/lambda.ts'
import { withinMetricBudget } from '../lib/metrics/metric-budget.ts'
import { PollRequest } from '../lib/model/events.ts'
import { observeServers } from '../lib/poll/observe-servers.ts'
import { createReference } from '../lib/poll/reference.ts'
import { createAuthenticate } from '../lib/probe/auth/authenticate.ts'
import { createGuard } from '../lib/probe/guard.ts'
import { USER_AGENT } from '../lib/probe/identity.ts'

const config = readConfig()
const { reference } = config.probe
const eyes = {
  readServiceFacts,
  readDrift,
  saveDrift,
  authenticate: createAuthenticate({
    readSecret,
    guard: createGuard(config.probe.allow_addresses ?? []),
    userAgent: USER_AGENT,
    now: () => new Date(),
  }),
  reference: createReference(reference === false ? undefined : (reference ?? ownEndpoint())),
  // The function may run for 60 s; what comes after the look takes seconds.
  patienceMs: 45_000,
  onUnreadableCluster: (cluster: string, error: unknown) =>
    logger.error('ECS could not be read; the servers are judged by their probes alone', {
      cluster,
      error: error as Error,
    }),
}

/** One batch: ECS facts and MCP probes in parallel, one block of samples, metrics, then an evaluation. */
export const handler = handleMessages(PollRequest, async (request) => {
  const servers = await readServers(request.deployments)
  const unknown = request.deployments.filter((name) => !servers.some(({ server }) => server.deployment === name))
  if (unknown.length > 0) logger.info('ignored servers that are not in the registry', { unknown })

  const polled = await observeServers(servers, eyes)
  const observations = polled.map(({ observation }) => observation)
  await writeBlock({ minute: request.minute, source: request.reason, batch: request.batch, observations })
  await Promise.all(polled.map(({ deployment, state }) => state && saveProbeState(deployment, state)))
  await requestEvaluation(request.reason === 'event' ? 'event' : 'poll', new Date(), request.batch)
  await requestPolls(planRecheck(request, polled))
  const samples = observations.flatMap((observation) => observation.samples)
  await publishMetrics(withinMetricBudget(samples, config.metrics.per_server), new Date())
})
