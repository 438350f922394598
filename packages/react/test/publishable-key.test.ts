import { expect, test } from 'vitest';
import { parsePublishableKey } from '../src/publishable-key.js';

test('reads mode and origin', () => {
  expect(parsePublishableKey(`pk_test_${btoa('http://localhost:4400')}`)).toEqual({
    origin: 'http://localhost:4400',
    staging: true,
  });
  expect(parsePublishableKey(`pk_live_${btoa('https://id.example.com')}`)).toEqual({
    origin: 'https://id.example.com',
    staging: false,
  });
});

test.for([
  ['nothing', ''],
  ['another mode', `pk_prod_${btoa('https://id.example.com')}`],
  ['no Base64', 'pk_test_%%%'],
  ['Base64 cut short', 'pk_test_aHR0cHM6L'],
  ['a path', `pk_test_${btoa('https://id.example.com/api')}`],
  ['a trailing slash', `pk_test_${btoa('https://id.example.com/')}`],
  ['a scheme that is not http', `pk_test_${btoa('javascript:alert(1)')}`],
  ['something before it', ` pk_test_${btoa('https://id.example.com')}`],
] as const)('refuses %s', ([, key]) => {
  expect(() => parsePublishableKey(key)).toThrow('is not a publishable key');
});
