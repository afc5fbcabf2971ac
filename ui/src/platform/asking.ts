/** Deeds that may lack a password: where the person gives it, they are made once more. */
import { type AppError, asAppError } from './errors';
import type { Platform } from './types';

/** Answers whether what was lacking is there now. */
type Ask = (error: AppError) => Promise<boolean>;

let ask: Ask = async () => false;

/** Names who asks the person. */
export function askWith(next: Ask): void {
  ask = next;
}

/** For what fails without throwing: whether what was lacking is there now. */
export const wentOn = (error: AppError): Promise<boolean> => ask(error);

/** What a person does, never what a screen asks for by itself. All of these read secrets before they change anything. */
const DEEDS = [
  'databaseCreate',
  'databaseUpdate',
  'urlReveal',
  'urlCopy',
  'urlFormatCopy',
  'urlCopyApply',
  'secretSet',
  'actionRun',
  'actionCompare',
  'migrationRun',
  'migrationBatchPlan',
  'migrationAdopt',
  'migrationDrift',
  'migrationDiff',
  'exportSave',
  'importApply',
] as const satisfies (keyof Platform)[];

export function asking(platform: Platform): Platform {
  const wrapped: Partial<Record<keyof Platform, unknown>> = {};
  for (const name of DEEDS) {
    const deed = platform[name] as (...input: unknown[]) => Promise<unknown>;
    wrapped[name] = async (...input: unknown[]) => {
      try {
        return await deed.apply(platform, input);
      } catch (thrown) {
        if (!(await ask(asAppError(thrown)))) throw thrown;
        return await deed.apply(platform, input);
      }
    };
  }
  return { ...platform, ...wrapped } as Platform;
}
