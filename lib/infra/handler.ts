import { join } from 'node:path'
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import type { ITable } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda'
import { NodejsFunction, type NodejsFunctionProps, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { attachesNetworkInterfaces } from './permissions.ts'

const READ = ['GetItem', 'BatchGetItem', 'Query']
const WRITE = ['PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem']

export interface HandlerProps
  extends Pick<NodejsFunctionProps, 'vpc' | 'vpcSubnets' | 'securityGroups' | 'deadLetterQueue'> {
  timeout: Duration
  memoryMiB: number
  /** Validated configuration that is bundled next to the code as config.json. */
  configFile: string
}

/**
 * One Lambda function from functions/<name>.ts: arm64, Node 24, one ESM bundle with the SDK in it (smaller cold start
 * than the runtime's own copy), source maps, log retention. Its methods grant and configure in one call.
 */
export class Handler extends NodejsFunction {
  readonly handlerName: string

  constructor(scope: Construct, handlerName: string, props: HandlerProps) {
    const { memoryMiB, configFile, timeout, ...rest } = props
    const logGroup = new LogGroup(scope, `${handlerName}-logs`, {
      retention: RetentionDays.TWO_WEEKS,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    // A role of its own instead of AWS' managed one: it may write into its own log group only.
    const role = new Role(scope, `${handlerName}-role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    logGroup.grantWrite(role)
    super(scope, handlerName, {
      ...rest,
      entry: join(import.meta.dirname, '../../functions', `${handlerName}.ts`),
      description: `fleetwatch ${handlerName}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: memoryMiB,
      timeout,
      logGroup,
      role,
      environment: { NODE_OPTIONS: '--enable-source-maps', POWERTOOLS_LOG_LEVEL: 'INFO' },
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        mainFields: ['module', 'main'],
        bundleAwsSDK: true,
        minify: true,
        sourceMap: true,
        sourcesContent: false,
        // Some CommonJS dependencies ask for Node's own modules by require().
        banner: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
        commandHooks: {
          beforeBundling: () => [],
          beforeInstall: () => [],
          afterBundling: (_inputDir: string, outputDir: string) => [`cp "${configFile}" "${outputDir}/config.json"`],
        },
      },
    })
    this.handlerName = handlerName
    if (props.vpc) attachesNetworkInterfaces(this)
  }

  reads(table: ITable, variable: string, indexes: string[] = []): this {
    return this.useTable(table, variable, READ, indexes)
  }

  readsAndWrites(table: ITable, variable: string, indexes: string[] = []): this {
    return this.useTable(table, variable, [...READ, ...WRITE], indexes)
  }

  sends(queue: IQueue, variable: string): this {
    return this.allow(['sqs:SendMessage'], [queue.queueArn]).configure(variable, queue.queueUrl)
  }

  publishes(topic: ITopic, variable: string): this {
    return this.allow(['sns:Publish'], [topic.topicArn]).configure(variable, topic.topicArn)
  }

  /** For APIs that know no resource: the reason must stand beside the call as a cdk-nag suppression. */
  allow(actions: string[], resources: string[], conditions?: Record<string, Record<string, string>>): this {
    this.addToRolePolicy(new PolicyStatement({ actions, resources, ...(conditions && { conditions }) }))
    return this
  }

  configure(variable: string, value: string): this {
    this.addEnvironment(variable, value)
    return this
  }

  /** Lets the function read secrets by reference, only those that the configuration names. */
  readsSecrets(references: readonly string[]): this {
    const { partition, region, account } = Stack.of(this)
    for (const reference of new Set(references)) {
      const [kind, rest = ''] = [
        reference.slice(0, reference.indexOf(':')),
        reference.slice(reference.indexOf(':') + 1),
      ]
      const name = rest.split('#')[0] ?? ''
      if (kind === 'ssm') {
        this.allow(
          ['ssm:GetParameter'],
          [`arn:${partition}:ssm:${region}:${account}:parameter/${name.replace(/^\//, '')}`],
        )
      } else {
        // Secrets Manager adds six random characters to a secret's name in its ARN.
        const arn = name.startsWith('arn:')
          ? name
          : `arn:${partition}:secretsmanager:${region}:${account}:secret:${name}-??????`
        this.allow(['secretsmanager:GetSecretValue'], [arn])
      }
    }
    return this
  }

  private useTable(table: ITable, variable: string, actions: string[], indexes: string[]): this {
    const arns = [table.tableArn, ...indexes.map((index) => `${table.tableArn}/index/${index}`)]
    return this.allow(
      actions.map((action) => `dynamodb:${action}`),
      arns,
    ).configure(variable, table.tableName)
  }
}

export const seconds = Duration.seconds
