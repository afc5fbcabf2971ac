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

test('every package that is shipped has a licence, and its texts are there', () => {
  const packages: Record<string, number[]> = texts.packages;
  for (const { name, version, licence } of all) {
    const id = `${name} ${version}`;
    expect(licence, name).not.toBe('');
    expect(textsOf(texts, id), name).toHaveLength(packages[id]?.length ?? 0);
  }
  expect(textsOf(texts, `react ${all.find(({ name }) => name === 'react')?.version}`)[0]).toContain(
    'MIT License',
  );
});
