import type { SeriesStore } from '../rules/store/series-store.ts'

/** Loads the samples that the deployed fleetwatch keeps of a time span. */
export async function readSamples(from: Date, to: Date): Promise<SeriesStore> {
  const { findResources } = await import('../aws/resources.ts')
  const { readParts } = await import('../aws/samples-table.ts')
  const { SeriesStore: Store } = await import('../rules/store/series-store.ts')
  await findResources()
  const store = new Store({ retentionMs: Number.POSITIVE_INFINITY })
  for (const part of await readParts(from, to)) store.addPart(part.id, part)
  return store
}
