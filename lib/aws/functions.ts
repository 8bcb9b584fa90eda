import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'

/** What a function answered, or what it threw. */
export type Answer = { ok: true; payload: unknown } | { ok: false; payload: unknown }

/** Invokes a deployed function with an event and waits for its answer. */
export async function invokeFunction(functionName: string, event: unknown): Promise<Answer> {
  const lambda = new LambdaClient({})
  const answer = await lambda.send(new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(event) }))
  const text = Buffer.from(answer.Payload ?? []).toString()
  return { ok: answer.FunctionError === undefined, payload: text === '' ? null : JSON.parse(text) }
}
