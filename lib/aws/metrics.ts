import { CloudWatchClient, type MetricDatum, PutMetricDataCommand, StandardUnit } from '@aws-sdk/client-cloudwatch'
import { METRICS, type MetricName } from '../metrics/names.ts'
import type { Sample } from '../model/sample.ts'
import { chunk } from './dynamodb.ts'

export const NAMESPACE = 'Fleetwatch'

/** Most metrics that one PutMetricData takes (CloudWatch API reference). */
const METRICS_PER_CALL = 1000

const UNITS: Record<string, StandardUnit> = {
  seconds: StandardUnit.Seconds,
  bytes: StandardUnit.Bytes,
  percent: StandardUnit.Percent,
}

const cloudwatch = new CloudWatchClient({})

/**
 * Publishes samples as custom CloudWatch metrics: the metric name as it is, every label a dimension. Values that
 * CloudWatch cannot hold (NaN, infinities) are left out, as a scrape of them would show nothing either.
 */
export async function publishMetrics(samples: Sample[], at: Date): Promise<void> {
  const data = samples.filter((sample) => Number.isFinite(sample.value)).map((sample) => datumOf(sample, at))
  for (const MetricData of chunk(data, METRICS_PER_CALL)) {
    await cloudwatch.send(new PutMetricDataCommand({ Namespace: NAMESPACE, MetricData }))
  }
}

function datumOf(sample: Sample, at: Date): MetricDatum {
  const { __name__: name = '', ...labels } = sample.labels
  const unit = METRICS[name as MetricName]?.unit
  return {
    MetricName: name,
    Dimensions: Object.entries(labels).map(([Name, Value]) => ({ Name, Value })),
    Value: sample.value,
    Timestamp: at,
    Unit: UNITS[unit ?? ''] ?? StandardUnit.None,
  }
}
