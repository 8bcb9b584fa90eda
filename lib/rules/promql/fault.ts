import type { ExpressionProblem } from './expression.ts'

/** Ends the reading of an expression at its first fault; parseExpression turns it into data. */
export class ExpressionFault extends Error {
  readonly problem: ExpressionProblem

  constructor(offset: number, message: string) {
    super(message)
    this.problem = { offset, message }
  }
}
