#!/usr/bin/env node
import { runCli } from '../lib/cli/run-cli.ts'

// A reader that has seen enough (`| head`) closes the pipe: no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})
await runCli(process.argv.slice(2), process.env.AWS_ENDPOINT_URL)
