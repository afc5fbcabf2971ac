import type { Platform } from './types';

/** Every text that the core told the window: a test knows by it what need not come from the catalogue of messages. */
const told = new Set<string>();

/** What stands in these fields is a code, which the window has words of its own for. */
const CODES = new Set([
  'class',
  'state',
  'outcome',
  'origin',
  'verb',
  'subject',
  'guard',
  'place',
  'fate',
  'direction',
]);

function remember(value: unknown): void {
  if (typeof value === 'string') told.add(value);
  else if (Array.isArray(value)) value.forEach(remember);
  else if (typeof value === 'object' && value !== null) {
    for (const [field, part] of Object.entries(value)) if (!CODES.has(field)) remember(part);
    if (value instanceof Error) remember(value.message);
  }
}

/** A call that remembers its answer, its refusal, and what it tells while it runs. */
function remembering<Call extends (...parameters: never[]) => unknown>(call: Call): Call {
  const listening = (parameter: unknown) =>
    typeof parameter === 'function'
      ? (...events: unknown[]) => {
          remember(events);
          return (parameter as (...events: unknown[]) => unknown)(...events);
        }
      : parameter;
  return ((...parameters: unknown[]) => {
    const answer = (call as unknown as (...parameters: unknown[]) => unknown)(...parameters.map(listening));
    if (answer instanceof Promise) answer.then(remember, remember);
    else remember(answer);
    return answer;
  }) as unknown as Call;
}

/** The same platform; what it tells is in `told` of the window. */
export function withMemory(platform: Platform): Platform {
  Object.assign(globalThis, { told });
  return Object.fromEntries(
    Object.entries(platform).map(([name, call]) => [name, remembering(call)]),
  ) as unknown as Platform;
}
