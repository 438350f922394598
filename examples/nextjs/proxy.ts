import { keyrackProxy } from '@keyrack/server/next';
import { NextResponse } from 'next/server';
import { visitors } from './lib/keyrack';

/** A browser that opens a page without a good token is sent to Keyrack and back; what could be forged is taken off. */
export const proxy = keyrackProxy(visitors, NextResponse);

// Everything but what is the same for everybody, and what is handed on to Keyrack.
export const config = { matcher: ['/((?!keyrack/|_next/static|_next/image|favicon.ico).*)'] };
