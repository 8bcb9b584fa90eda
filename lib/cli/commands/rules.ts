import type { Command } from 'commander'
import { registerRulesBacktest } from './rules-backtest.ts'
import { registerRulesCheck } from './rules-check.ts'
import { registerRulesEval } from './rules-eval.ts'
import { registerRulesPreset } from './rules-preset.ts'
import { registerRulesTest } from './rules-test.ts'

export function registerRules(program: Command): void {
  const rules = program.command('rules').description('check, test and try alert rules; presets')
  for (const register of [
    registerRulesCheck,
    registerRulesTest,
    registerRulesEval,
    registerRulesBacktest,
    registerRulesPreset,
  ]) {
    register(rules)
  }
}
