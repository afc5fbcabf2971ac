import { describe, expect, test } from 'vitest';
import type { EngineInfo } from '../../bindings/EngineInfo';
import { ENGINES } from '../../platform/fake-data';
import { fakeInspect } from '../../platform/fake-url';
import {
  mechanismOf,
  numberFault,
  optionNamed,
  readProperties,
  rowsOf,
  searchOptions,
  summaryOf,
  withProperty,
  writeProperties,
  writtenValue,
} from './optionModel';

const engine = (type: string) => ENGINES.find((candidate) => candidate.type === type) as EngineInfo;
const rows = (type: string, text: string) => rowsOf(engine(type).options, fakeInspect(text, type));
const set = (type: string, text: string) => rows(type, text).filter((row) => row.value !== null);

describe('an option is found', () => {
  test.each([
    ['mysql', 'sslMode', 'ssl-mode'],
    ['mysql', 'SSL_MODE', 'ssl-mode'],
    ['mysql', 'serverSslCert', 'ssl-ca'],
    ['mongodb', 'TLSCAFILE', 'tlsCAFile'],
    ['mongodb', 'ssl', 'tls'],
    ['postgresql', 'SSLMode', 'sslmode'],
  ])('on %s by %s', (type, written, name) => {
    expect(optionNamed(engine(type).options, written)?.name).toBe(name);
  });
  test('by none that is not its own', () =>
    expect(optionNamed(engine('postgresql').options, 'sslmod')).toBeNull());
});

describe('rows', () => {
  test('stand in the order of the catalogue, and keep the spelling of the string', () => {
    const found = set('mysql', 'mysql://h/d?charset=utf8&sslMode=REQUIRED&mine=1');
    expect(found.map(({ name, value, group }) => [name, value, group])).toEqual([
      ['sslMode', 'REQUIRED', 'tls'],
      ['charset', 'utf8', 'other'],
      ['mine', '1', 'other'],
    ]);
  });
  test('join the spellings of one option; the last one counts', () => {
    const [row, ...rest] = set('mongodb', 'mongodb://h/?ssl=false&tls=true');
    expect(rest).toEqual([]);
    expect(row).toMatchObject({ name: 'tls', value: 'true', times: 2, spellings: ['ssl', 'tls'] });
  });
  test('leave out what is a part of the URL', () => {
    const inspection = fakeInspect('postgresql:///d?host=a', 'postgresql');
    inspection.options = inspection.options.map((option) => ({ ...option, part: true }));
    expect(rowsOf(engine('postgresql').options, inspection).some((row) => row.value !== null)).toBe(false);
  });
  test('of an option that was emptied keep its spelling', () => {
    const kept = new Map([['sslmode', 'ssl_mode']]);
    expect(rowsOf(engine('mysql').options, null, kept).find((row) => row.key === 'sslmode')?.name).toBe(
      'ssl_mode',
    );
  });
});

test.each([
  ['postgresql://h/d', ''],
  ['postgresql://h/d?sslmode=require', 'sslmode=require'],
  ['postgresql://h/d?sslmode=require&sslpassword=***', 'sslmode=require, sslpassword set'],
  [
    'postgresql://h/d?sslmode=require&sslcert=a&sslkey=b&sslrootcert=c',
    'sslmode=require, sslrootcert=c, 2 more',
  ],
])('%s sums up as “%s”', (text, summary) => {
  expect(summaryOf(rows('postgresql', text).filter((row) => row.group === 'tls'))).toBe(summary);
});

test.each([
  ['5', 0, null, null],
  ['', 1, 22, null],
  ['$Secret{N}', 1, 22, null],
  ['5s', 0, null, 'Type a whole number.'],
  ['1.5', 0, null, 'Type a whole number.'],
  ['-1', 0, null, 'At least 0.'],
  ['23', 1, 22, '1 to 22.'],
  ['22', 1, 22, null],
])('the number “%s” of %s to %s', (value, minimum, maximum, fault) => {
  expect(numberFault(value, { minimum, maximum })).toBe(fault);
});

describe('search', () => {
  const names = (typed: string) =>
    searchOptions(engine('postgresql').options, typed).map((option) => option.name);
  test('finds by the name, and puts its beginning first', () =>
    expect(names('sslc').slice(0, 3)).toEqual(['sslcert', 'sslcrldir', 'sslcompression']));
  test('finds by what an option does', () =>
    expect(names('wait for each host')).toEqual(['connect_timeout']));
  test('finds by another name', () =>
    expect(searchOptions(engine('mysql').options, 'serverssl').map(({ name }) => name)).toEqual(['ssl-ca']));
  test('finds all by nothing', () => expect(names('')).toHaveLength(engine('postgresql').options.length));
});

describe('ways to sign in', () => {
  const named = (text: string) => mechanismOf(engine('mongodb'), rows('mongodb', text));
  test('is the engine’s own where none is named', () => expect(named('mongodb://h')?.name).toBe(''));
  test('is the one named', () =>
    expect(named('mongodb://h/?authMechanism=MONGODB-X509')?.password).toBe('forbidden'));
  test('is none where the name is not known', () =>
    expect(named('mongodb://h/?authMechanism=NEW')).toBeNull());
});

describe('properties', () => {
  test('are read and written as they stand', () => {
    const text = 'SERVICE_NAME:m,CANONICALIZE_HOST_NAME:none,TOKEN_RESOURCE:https://a,b';
    expect(readProperties(text)).toEqual([
      ['SERVICE_NAME', 'm'],
      ['CANONICALIZE_HOST_NAME', 'none'],
      ['TOKEN_RESOURCE', 'https://a,b'],
    ]);
    expect(writeProperties(readProperties(text))).toBe(text);
  });
  test('change one at a time', () => {
    const list = readProperties('A:1,B:2');
    expect(writeProperties(withProperty(list, 'a', '3'))).toBe('A:3,B:2');
    expect(writeProperties(withProperty(list, 'C', '4'))).toBe('A:1,B:2,C:4');
    expect(writeProperties(withProperty(withProperty(list, 'A', ''), 'B', ''))).toBeNull();
  });
  test('are read from the text where one of them is masked', () =>
    expect(
      writtenValue(
        'mongodb://h/?w=1&authMechanismProperties=X:1,AWS_SESSION_TOKEN:***',
        'AUTHMECHANISMPROPERTIES',
      ),
    ).toBe('X:1,AWS_SESSION_TOKEN:***'));
});
