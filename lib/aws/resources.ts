import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import * as z from 'zod'
import { provideEnv } from '../config/env.ts'

/** SSM parameter in which the deployed app tells its tables, queues and functions, as the functions' environment has them. */
export const RESOURCES_PARAMETER = '/fleetwatch/resources'

const Resources = z.record(z.string(), z.string())

/** No fleetwatch in this account and Region, or no right to look. The message says what to do. */
export class StackNotFoundError extends Error {
  override readonly name = 'StackNotFoundError'
}

/**
 * Reads where the deployed app keeps its state and puts it into the environment, so that the functions of this folder
 * work from the command line as they do in Lambda. Throws StackNotFoundError when nothing is deployed here.
 */
export async function findResources(): Promise<Record<string, string>> {
  const ssm = new SSMClient({})
  try {
    const answer = await ssm.send(new GetParameterCommand({ Name: RESOURCES_PARAMETER }))
    const resources = Resources.parse(JSON.parse(answer.Parameter?.Value ?? '{}'))
    provideEnv(resources)
    return resources
  } catch (error) {
    if (error instanceof Error && error.name === 'ParameterNotFound') {
      throw new StackNotFoundError(
        `fleetwatch is not deployed in ${await ssm.config.region()} of this account: run "npx cdk deploy --all", or set AWS_REGION and AWS_PROFILE to where it is`,
        { cause: error },
      )
    }
    throw error
  }
}
