// Runs state machine files with aws-local-stepfunctions. JSON lines in (start, stop), JSON lines out (event, ended).
// Ends when standard input closes, so it never outlives the runner, however that ends.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import path from 'node:path';

// Node 20 lacks it; the interpreter needs it.
Promise.withResolvers ??= function withResolvers() {
  let resolve, reject;
  const promise = new Promise((whenResolved, whenRejected) => { resolve = whenResolved; reject = whenRejected; });
  return { promise, resolve, reject };
};

const require = createRequire(path.join(process.argv[2], 'package.json'));
const { StateMachine, ExecutionAbortedError, ExecutionTimeoutError } = require('aws-local-stepfunctions');
const running = new Map();
const text = (value) => value == null ? null : typeof value === 'string' ? value : JSON.stringify(value);
const write = (message) => process.stdout.write(JSON.stringify(message) + '\n');

async function forwardEvents(executionArn, eventLogs) {
  for await (const event of eventLogs) {
    write({
      type: 'event',
      executionArn,
      event: event.type,
      state: text(event.state?.name ?? event.stateName ?? event.parentState?.name),
      error: text(event.Error ?? event.state?.error?.name),
      cause: text(event.Cause),
      timestamp: event.timestamp,
    });
  }
}

function ended(executionArn, error) {
  if (error instanceof ExecutionAbortedError) return { type: 'ended', executionArn, status: 'ABORTED' };
  if (error instanceof ExecutionTimeoutError) return { type: 'ended', executionArn, status: 'TIMED_OUT', error: 'States.Timeout' };
  const reason = error.cause ?? error;
  return { type: 'ended', executionArn, status: 'FAILED', error: text(reason.name) ?? 'States.Runtime', cause: text(reason.message) ?? '' };
}

async function start({ executionArn, definition, input, context }) {
  try {
    const machine = new StateMachine(definition, {
      validationOptions: { checkArn: false, checkPaths: false },
      awsConfig: { region: process.env.AWS_REGION, credentials: { accessKeys: { accessKeyId: 'local', secretAccessKey: 'local' } } },
    });
    const execution = machine.run(input, { context });
    running.set(executionArn, execution);
    forwardEvents(executionArn, execution.eventLogs).catch(() => {});
    write({ type: 'ended', executionArn, status: 'SUCCEEDED', output: JSON.stringify(await execution.result) });
  } catch (error) {
    write(ended(executionArn, error));
  } finally {
    running.delete(executionArn);
  }
}

const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
lines.on('line', (line) => {
  const message = JSON.parse(line);
  if (message.op === 'start') start(message);
  else if (message.op === 'stop') running.get(message.executionArn)?.abort();
});
lines.on('close', () => process.exit(0));
write({ type: 'ready' });
