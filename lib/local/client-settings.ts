/** Settings for an SDK client of this process, whose own environment belongs to the person's AWS account. */
export function clientSettings(env: Record<string, string>) {
  return {
    endpoint: env.AWS_ENDPOINT_URL ?? '',
    region: env.AWS_REGION ?? 'us-east-1',
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID ?? '', secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '' },
  }
}
