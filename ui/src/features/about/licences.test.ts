import { expect, test } from 'vitest';
import texts from '../../generated/licence-texts.json';
import all from '../../generated/licences.json';
import { findLicences, textsOf } from './licences';

test('packages are found by name and by licence, in any order of the words', () => {
  expect(findLicences(all, '')).toHaveLength(all.length);
  const react = findLicences(all, 'mit  REACT-DOM');
  expect(react.map(({ name }) => name)).toEqual(['react-dom']);
  expect(findLicences(all, 'no-such-package')).toEqual([]);
});

test('every package that is shipped has a licence, and those of npm bring its text', () => {
  for (const { name, version, licence, source } of all) {
    expect(licence, name).not.toBe('');
    if (source === 'npm') expect(textsOf(texts, `${name} ${version}`), name).not.toEqual([]);
  }
});
