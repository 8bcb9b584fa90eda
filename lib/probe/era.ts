import type { Exchange } from './exchange.ts'
import { HEADER_MISMATCH, isRecord, MISSING_CAPABILITY, UNSUPPORTED_VERSION } from './json-rpc.ts'

export const MODERN_VERSION = '2026-07-28'
export const LEGACY_VERSION = '2025-11-25'
const LEGACY_VERSIONS = new Set(['2024-10-07', '2024-11-05', '2025-03-26', '2025-06-18', LEGACY_VERSION])

export const isLegacyVersion = (version: unknown): version is string =>
  typeof version === 'string' && LEGACY_VERSIONS.has(version)

/**
 * What the answer to `server/discover` proves. `legacy` and `legacy_or_sse` are to be confirmed by `initialize`;
 * `inconclusive` is no evidence at all (401, 403, 429, 5xx, redirects): report it, fall back to nothing.
 */
export type EraEvidence =
  | { era: 'modern' }
  /** Refused with a list of versions that holds one we speak: ask once more. */
  | { era: 'modern_again' }
  | { era: 'legacy' }
  /** No JSON-RPC behind POST at this path: Streamable HTTP of the legacy era, or HTTP+SSE. */
  | { era: 'legacy_or_sse' }
  | { era: 'unknown_version'; supported: string[] }
  | { era: 'inconclusive' }

/** Era of a server by its answer to `server/discover` (specification 2026-07-28, "Backward Compatibility"). */
export function eraOf({ status, answer, error, text }: Exchange): EraEvidence {
  if (answer && 'result' in answer) {
    const supported = isRecord(answer.result) ? answer.result.supportedVersions : undefined
    // A lenient legacy server may answer anything with 200; only the list of versions proves the modern era.
    return Array.isArray(supported) ? eraOfVersions(supported, 'modern') : { era: 'legacy' }
  }
  const rpcError = answer ? answer.error : error
  if (rpcError?.code === UNSUPPORTED_VERSION) {
    const supported = isRecord(rpcError.data) ? rpcError.data.supported : undefined
    return eraOfVersions(Array.isArray(supported) ? supported : [], 'modern_again')
  }
  if (rpcError && (rpcError.code === HEADER_MISMATCH || rpcError.code === MISSING_CAPABILITY)) {
    return { era: 'inconclusive' }
  }
  if (answer) return { era: 'legacy' }
  return eraOfStatus(status, rpcError !== undefined, text !== undefined)
}

function eraOfStatus(status: number, isRpc: boolean, isText: boolean): EraEvidence {
  if (isRpc && (status === 400 || status === 404 || status === 405)) return { era: 'legacy' }
  if (status === 404 || status === 405) return { era: 'legacy_or_sse' }
  // A body that is no JSON-RPC: a framework that refuses the unknown method in its own words.
  return status === 400 && isText ? { era: 'legacy' } : { era: 'inconclusive' }
}

function eraOfVersions(supported: unknown[], spoken: 'modern' | 'modern_again'): EraEvidence {
  const versions = supported.filter((version) => typeof version === 'string')
  if (versions.includes(MODERN_VERSION)) return { era: spoken }
  if (versions.some(isLegacyVersion)) return { era: 'legacy' }
  return { era: 'unknown_version', supported: versions }
}
