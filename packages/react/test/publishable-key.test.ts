import { expect, test } from 'vitest';
import { parsePublishableKey } from '../src/publishable-key.js';

test.for([
  ['staging on loopback', 'pk_test_', 'http://localhost:4400', true],
  ['production', 'pk_live_', 'https://id.example.com', false],
  ['a path that a proxy hands over', 'pk_live_', 'https://example.com/keyrack', false],
  ['a deeper path', 'pk_test_', 'https://example.com/api/auth', true],
] as const)('reads mode and address: %s', ([, prefix, base, staging]) => {
  expect(parsePublishableKey(prefix + btoa(base))).toEqual({ base, staging });
});

test.for([
  ['nothing', ''],
  ['another mode', `pk_prod_${btoa('https://id.example.com')}`],
  ['no Base64', 'pk_test_%%%'],
  ['Base64 cut short', 'pk_test_aHR0cHM6L'],
  ['a trailing slash', `pk_test_${btoa('https://id.example.com/')}`],
  ['a trailing slash after a path', `pk_test_${btoa('https://id.example.com/keyrack/')}`],
  ['a path of nothing but slashes', `pk_test_${btoa('https://id.example.com//')}`],
  ['a path that leads upwards', `pk_test_${btoa('https://id.example.com/a/../b')}`],
  ['a query', `pk_test_${btoa('https://id.example.com/?a=b')}`],
  ['a fragment', `pk_test_${btoa('https://id.example.com/#a')}`],
  ['a password', `pk_test_${btoa('https://me:secret@id.example.com')}`],
  ['a scheme that is not http', `pk_test_${btoa('javascript:alert(1)')}`],
  ['something before it', ` pk_test_${btoa('https://id.example.com')}`],
] as const)('refuses %s', ([, key]) => {
  expect(() => parsePublishableKey(key)).toThrow('is not a publishable key');
});
