import * as z from 'zod'

const PATTERN = /^(secretsmanager:[A-Za-z0-9/_+=.@:-]+(#[A-Za-z0-9_.-]+)?|ssm:\/?[A-Za-z0-9/_.-]+)$/

/**
 * Where a secret stands, never the secret itself: `secretsmanager:NAME`, `secretsmanager:NAME#key` for one key of a
 * JSON secret, or `ssm:/path/parameter`. Read at run time.
 */
export const SecretReference = z.string().refine((text) => PATTERN.test(text), {
  message:
    'expected a reference such as secretsmanager:fleetwatch/slack or ssm:/fleetwatch/slack; secrets never stand in the configuration itself',
})
export type SecretReference = z.infer<typeof SecretReference>
