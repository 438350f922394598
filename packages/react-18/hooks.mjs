import { older } from './older.mjs';

export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context);
  return { ...resolved, url: older(resolved.url) };
}
