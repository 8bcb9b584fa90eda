import { readEnv, readOptionalEnv } from '../config/env.ts'

/** Where this function's own AWS is: AWS STS of the Region, or what AWS_ENDPOINT_URL points the SDK at. */
export function ownEndpoint(): string {
  const { AWS_REGION: region } = readEnv('AWS_REGION')
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  return readOptionalEnv('AWS_ENDPOINT_URL') ?? `https://sts.${region}.${suffix}`
}
