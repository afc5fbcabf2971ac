import { expect, test } from 'vitest';
import { fieldName } from './fields';

test('a field has the name that a person calls it by', () => {
  expect(fieldName('env_name')).toBe('name');
  expect(fieldName('envs[dev].connection_url')).toBe('dev: connection URL');
  expect(fieldName('envs.stg.description')).toBe('stg: description');
  expect(fieldName('actions[list-orders]')).toBe('action list-orders');
  expect(fieldName('migrations[add-total]')).toBe('migration add-total');
});

test('a field that this version does not know keeps its own', () => {
  expect(fieldName('colour')).toBe('colour');
  expect(fieldName('envs.dev.retries')).toBe('dev: retries');
});
