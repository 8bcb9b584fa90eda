import { EXIT } from './exit-code.ts'

/** What to print for an error, and the exit code. */
export interface Explained {
  text: string
  exitCode: number
}

const REMEDIES: { names: readonly string[]; remedy: string }[] = [
  {
    names: ['CredentialsProviderError', 'CredentialsError'],
    remedy:
      'No AWS credentials were found. Set AWS_PROFILE, run "aws sso login", or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  },
  {
    names: ['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired'],
    remedy: 'The AWS credentials have expired. Sign in again, for example with "aws sso login".',
  },
  {
    names: [
      'UnrecognizedClientException',
      'InvalidClientTokenId',
      'InvalidSignatureException',
      'SignatureDoesNotMatch',
    ],
    remedy: 'AWS does not accept these credentials. Check AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  },
  {
    names: ['AccessDenied', 'AccessDeniedException'],
    remedy:
      'These credentials may not do that. Reading needs ssm:GetParameter on /fleetwatch/resources and dynamodb:Query, GetItem and BatchGetItem on fleetwatch’s tables; "discover --explain" needs ecs:List* and ecs:Describe*.',
  },
  {
    names: ['ResourceNotFoundException'],
    remedy:
      'A table of fleetwatch is gone. Deploy again with "npx cdk deploy --all", or look at AWS_REGION and AWS_PROFILE.',
  },
]
const UNREACHABLE = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH']

/**
 * Turns an error into what a person needs to go on. Anything about set-up (credentials, Region, nothing deployed) is
 * exit code 2; a fault nobody foresaw keeps its stack, since only that helps then.
 */
export function explainError(error: unknown, endpoint: string | undefined): Explained {
  if (!(error instanceof Error)) return { text: String(error), exitCode: EXIT.unhealthy }
  if (error.name === 'StackNotFoundError' || error.name === 'ConfigError') {
    return { text: error.message, exitCode: EXIT.usage }
  }
  if (/region is missing/i.test(error.message)) {
    return { text: 'No AWS Region is set. Set AWS_REGION, for example AWS_REGION=us-east-1.', exitCode: EXIT.usage }
  }
  const known = REMEDIES.find(({ names }) => names.includes(error.name))
  if (known) return { text: `${known.remedy}\n(${error.name}: ${error.message})`, exitCode: EXIT.usage }
  const code = codeOf(error)
  if (code && UNREACHABLE.includes(code)) {
    const where = endpoint
      ? `AWS_ENDPOINT_URL=${endpoint} does not answer; is it still running?`
      : 'AWS cannot be reached from here.'
    return { text: `${where} (${code})`, exitCode: EXIT.usage }
  }
  return { text: error.stack ?? error.message, exitCode: EXIT.unhealthy }
}

/** Node's error code of a failed connection, which may be wrapped or one of several tries. */
function codeOf(error: Error): string | undefined {
  const { code, cause, errors } = error as Error & { code?: unknown; errors?: unknown[] }
  if (typeof code === 'string') return code
  const inner = cause ?? errors?.[0]
  return inner instanceof Error ? codeOf(inner) : undefined
}
