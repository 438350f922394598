import { version as dom } from 'react-dom';
import { version } from 'react';
import { expect, test } from 'vitest';

test('H16 the tests run against the React that they are meant for', () => {
  expect([version.split('.')[0], dom.split('.')[0]]).toEqual([process.env['REACT'], process.env['REACT']]);
});
