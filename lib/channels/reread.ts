import type { SecretReference } from '../model/secret-reference.ts'
import type { SendResult } from '../model/send-result.ts'
import type { ChannelTools } from './channel.ts'
import type { PostResult } from './post.ts'

/**
 * Runs one attempt; when the other side answers 401 or 403 and the attempt used a secret, once more with secrets read
 * anew, since a rotated secret looks like that.
 */
export async function rereadOnUnauthorized(
  tools: Pick<ChannelTools, 'readSecret'>,
  attempt: (read: (reference: SecretReference) => Promise<string>) => Promise<PostResult>,
): Promise<SendResult> {
  let reads = 0
  const first = await attempt((reference) => {
    reads++
    return tools.readSecret(reference)
  })
  if (!first.unauthorized || reads === 0) return resultOf(first)
  return resultOf(await attempt((reference) => tools.readSecret(reference, { fresh: true })))
}

function resultOf({ result }: PostResult): SendResult {
  return result
}
