import { Fragment, type ReactNode } from 'react';
import { boot, type MessageKey } from './boot.js';

type Values = Readonly<Record<string, string | number>>;

/** The text of this name, with its `{placeholders}` filled in; `{app}` is the deployment's name. */
export function say(key: MessageKey, values: Values = {}): string {
  return parts(key)
    .map(({ text, name }) => (name === undefined ? text : String(value(name, values) ?? text)))
    .join('');
}

interface SayProps {
  readonly k: MessageKey;
  readonly values: Readonly<Record<string, ReactNode>>;
}

/** The same where a placeholder stands for more than text, such as a link. */
export function Say({ k, values }: SayProps) {
  return parts(k).map(({ text, name }, index) => (
    <Fragment key={index}>{name === undefined ? text : (value(name, values) ?? text)}</Fragment>
  ));
}

function value<T>(name: string, values: Readonly<Record<string, T>>): T | string | undefined {
  return Object.hasOwn(values, name) ? values[name] : name === 'app' ? boot.deployment.ui_settings.app_name : undefined;
}

interface Part {
  readonly text: string;

  /** What a placeholder is called; undefined for text. */
  readonly name?: string;
}

/** The deployment may have a text of its own that names a placeholder wrongly: that one stays as it was written. */
function parts(key: MessageKey): Part[] {
  return boot.messages[key].split(/(\{\w+\})/).map((text, index) => (index % 2 ? { text, name: text.slice(1, -1) } : { text }));
}

/** A span of time in words, rounded up to what a person waits by. */
export function duration(seconds: number): string {
  const [unit, length] = seconds > 5400 ? ['hour', 3600] : seconds > 90 ? ['minute', 60] : ['second', 1];
  const format = new Intl.NumberFormat(boot.language, { style: 'unit', unit, unitDisplay: 'long' } as const);
  return format.format(Math.ceil(seconds / Number(length)));
}
