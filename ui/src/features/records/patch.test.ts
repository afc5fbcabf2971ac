import { expect, test } from 'vitest';
import { isEmptyPatch, patchOf } from './patch';

const record = { id: 'r1', name: 'Orders', active: true, description: null as string | null, revision: 4 };

test('a patch names what changed, and nothing else', () => {
  expect(patchOf(record, { name: 'Carts', active: true, description: null })).toEqual({
    name: 'Carts',
    revision: 4,
  });
  expect(patchOf(record, { active: false })).toEqual({ active: false, revision: 4 });
});

test('a cleared field is sent, as null or as it was typed', () => {
  const described = { ...record, description: 'Carts and orders.' as string | null };
  expect(patchOf(described, { name: '', description: null })).toEqual({
    name: '',
    description: null,
    revision: 4,
  });
});

test('nothing changed is nothing to send, and an empty description is none', () => {
  const unnamed = { ...record, description: '' as string | null };
  expect(isEmptyPatch(patchOf(unnamed, { name: 'Orders', active: true, description: null }))).toBe(true);
});
