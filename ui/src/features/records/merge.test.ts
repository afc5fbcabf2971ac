import { expect, test } from 'vitest';
import type { DatabasePatch } from '../../platform';
import { mergePatch } from './merge';
import { isEmptyPatch } from './patch';

const change = (field: string) => ({ field, base: null, current: 'theirs', yours: 'yours' });
const patch: DatabasePatch = {
  name: 'Mine',
  description: 'mine',
  revision: 3,
  envs: [
    { slug: 'dev', connection_url: 'postgresql://a' },
    { slug: 'stg', connection_url: 'postgresql://b' },
  ],
};

test('what is mine is sent again upon the revision that is there now', () => {
  const merged = mergePatch(patch, { revision: 7, changes: [change('name')] }, { name: 'yours' });
  expect(merged).toEqual({ ...patch, revision: 7 });
});

test('what is theirs leaves the patch', () => {
  const merged = mergePatch(
    patch,
    { revision: 7, changes: [change('name'), change('description')] },
    { name: 'theirs', description: 'yours' },
  );
  expect(merged).not.toHaveProperty('name');
  expect(merged.description).toBe('mine');
});

test.each(['envs.stg.connection_url', 'envs[stg]', 'envs[1].connection_url'])(
  'a config is chosen by its slug: %s',
  (field) => {
    const merged = mergePatch(patch, { revision: 7, changes: [change(field)] }, { [field]: 'theirs' });
    expect(merged.envs?.map((config) => config.slug)).toEqual(['dev']);
  },
);

test('a removal can be let go of', () => {
  const merged = mergePatch(
    { revision: 3, remove_envs: ['stg'] } as DatabasePatch,
    { revision: 7, changes: [change('envs.stg')] },
    { 'envs.stg': 'theirs' },
  );
  expect(isEmptyPatch(merged)).toBe(true);
});
