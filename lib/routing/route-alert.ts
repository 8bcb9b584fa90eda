import type { Route } from '../model/alerting.ts'
import type { Labels } from '../model/sample.ts'
import { formatMatchers, matchesAll } from './matchers.ts'
import { quote } from './quote.ts'

/** A receiver an alert reaches, and the path to it through the route tree, as the first half of a groupKey. */
export interface Reached {
  receiver: string
  path: string
}

/**
 * Receivers an alert's labels reach, in the order of the tree: the deepest matching route of each branch; siblings after
 * a match are tried only when it says `continue`. The same receiver reached twice is listed twice (Alertmanager
 * documentation, "Route"). Never empty, since the root route takes every alert.
 */
export function routeAlert(root: Route, labels: Labels): Reached[] {
  return reach(root, labels, '')
}

function reach(route: Route, labels: Labels, parentPath: string): Reached[] {
  if (!matchesAll(route.matchers, labels)) return []
  const path = `${parentPath}${formatMatchers(route.matchers)}`
  const reached: Reached[] = []
  for (const child of route.routes) {
    const below = reach(child, labels, `${path}/`)
    reached.push(...below)
    if (below.length > 0 && !child.continue) break
  }
  return reached.length > 0 ? reached : [{ receiver: route.receiver, path }]
}

/** `PATH:{alertname="X", i="1"}`: the identity of a group, equal to Alertmanager's. */
export function groupKeyOf(path: string, groupLabels: Labels): string {
  const pairs = Object.keys(groupLabels)
    .sort()
    .map((name) => `${name}=${quote(groupLabels[name] ?? '')}`)
  return `${path}:{${pairs.join(', ')}}`
}
