// Runs state machine files with aws-local-stepfunctions. JSON lines in (start, stop), JSON lines out (event, ended).
// Ends when standard input closes, so it never outlives the runner, however that ends.
import http from 'node:http';
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
const lambda = new URL(process.env.AWS_ENDPOINT_URL_LAMBDA);
const running = new Map();
const text = (value) => value == null ? null : typeof value === 'string' ? value : JSON.stringify(value);
const write = (message) => process.stdout.write(JSON.stringify(message) + '\n');

// A task's error as Step Functions gives it to Retry and Catch: the handler's own error type, and its whole JSON as the cause.
class TaskError extends Error {
  constructor(name, cause) {
    super(cause);
    this.name = name;
  }
}

// Our own call, and not the interpreter's AWS client: that one reports errors of the service without the `Lambda.` before their names,
// repeats calls by itself, and gives Catch only a part of the cause.
function invoke(resource, input) {
  const body = Buffer.from(JSON.stringify(input ?? {}));
  const options = { method: 'POST', headers: { 'Content-Type': 'application/json', 'Content-Length': body.length } };
  return new Promise((resolve, reject) => {
    const request = http.request(new URL(`/2015-03-31/functions/${encodeURIComponent(resource)}/invocations`, lambda), options, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', (error) => reject(new TaskError('Lambda.SdkClientException', error.message)));
      response.on('end', () => {
        try {
          resolve(answerOf(response, Buffer.concat(chunks).toString()));
        } catch (error) {
          reject(error);
        }
      });
    });
    request.on('error', (error) => reject(new TaskError('Lambda.SdkClientException', error.message)));
    request.end(body);
  });
}

function answerOf(response, payload) {
  if (response.statusCode >= 300) {
    const type = response.headers['x-amzn-errortype']?.split(':')[0] ?? (response.statusCode >= 500 ? 'ServiceException' : 'Unknown');
    throw new TaskError(`Lambda.${type}`, payload || `The Lambda Invoke API answered with ${response.statusCode}`);
  }
  const answer = payload ? JSON.parse(payload) : null;
  if (response.headers['x-amz-function-error']) throw new TaskError(answer?.errorType ?? 'Lambda.Unknown', payload);
  return answer;
}

// The handlers of all tasks by state name, those inside Map and Parallel too: Step Functions wants the names unique in the whole file.
function taskHandlers(definition, handlers = {}) {
  for (const [name, state] of Object.entries(definition.States)) {
    if (state.Type === 'Task') handlers[name] = (input) => invoke(state.Resource, input);
    const inner = state.ItemProcessor ?? state.Iterator;
    if (inner) taskHandlers(inner, handlers);
    for (const branch of state.Branches ?? []) taskHandlers(branch, handlers);
  }
  return handlers;
}

// Retries and Wait states of the whole file without their time, for tests that go through all of them.
function noWaits(definition, names = {}) {
  for (const [name, state] of Object.entries(definition.States)) {
    names[name] = 0;
    const inner = state.ItemProcessor ?? state.Iterator;
    if (inner) noWaits(inner, names);
    for (const branch of state.Branches ?? []) noWaits(branch, names);
  }
  return names;
}

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

async function start({ executionArn, definition, input, context, skipWaits }) {
  let forwarded, result;
  try {
    const machine = new StateMachine(definition, { validationOptions: { checkArn: false, checkPaths: false } });
    const waits = skipWaits ? noWaits(definition) : undefined;
    const overrides = { taskResourceLocalHandlers: taskHandlers(definition), retryIntervalOverrides: waits, waitTimeOverrides: waits };
    const execution = machine.run(input, { context, overrides });
    running.set(executionArn, execution);
    forwarded = forwardEvents(executionArn, execution.eventLogs);
    result = { type: 'ended', executionArn, status: 'SUCCEEDED', output: JSON.stringify(await execution.result) };
  } catch (error) {
    result = ended(executionArn, error);
  }
  // The end is the last that is heard of an execution.
  await forwarded;
  running.delete(executionArn);
  write(result);
}

const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
lines.on('line', (line) => {
  const message = JSON.parse(line);
  if (message.op === 'start') start(message);
  else if (message.op === 'stop') running.get(message.executionArn)?.abort();
});
lines.on('close', () => process.exit(0));
write({ type: 'ready' });
