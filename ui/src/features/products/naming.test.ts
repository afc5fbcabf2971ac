import { expect, test } from 'vitest';
import { guessClass, suggestSlug, suggestTag } from './naming';

test.each([
  ['Mongo database', 'mongo-database'],
  ['  Orders & payments ', 'orders-payments'],
  ['Bücher', 'bucher'],
  ['user_events', 'user_events'],
  ['--x--', 'x'],
  ['日本', ''],
  ['a'.repeat(80), 'a'.repeat(63)],
])('the tag of %j is %j', (name, tag) => expect(suggestTag(name)).toBe(tag));

test.each([
  ['Development', 'dev'],
  ['Staging', 'stg'],
  ['Production', 'prd'],
  ['Preproduction', 'pre'],
  ['Canary', 'cnr'],
  ['QA', 'qa'],
  ['', ''],
])('the slug of %j is %j', (name, slug) => expect(suggestSlug(name)).toBe(slug));

test.each([
  ['dev', 'development'],
  ['ci', 'development'],
  ['stg', 'staging'],
  ['uat', 'staging'],
  ['prd', 'production'],
  ['eu1', 'production'],
])('the class of %j is %j', (slug, guessed) => expect(guessClass(slug)).toBe(guessed));
