/** Characters of one event that are kept. */
const MOST = 64 * 1024 * 1024;

/** One server-sent event. */
export interface ServerEvent {
  readonly name: string;
  readonly data: string;
  readonly id: string | undefined;
}

/** Puts server-sent events together (WHATWG HTML, section 9.2.6) out of text that comes cut anywhere. */
export class Events {
  #rest = '';
  #name = '';
  #data: string[] = [];
  #id: string | undefined;

  /** The events that this text completes. */
  take(text: string): ServerEvent[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > MOST) throw new Error('this is no stream of events');
    return lines.flatMap((line) => this.#end(line.replace(/\r$/, '')));
  }

  #end(line: string): ServerEvent[] {
    if (line === '') {
      const event = { name: this.#name, data: this.#data.join('\n'), id: this.#id };
      const isOne = this.#data.length > 0;
      [this.#name, this.#data, this.#id] = ['', [], undefined];
      return isOne ? [event] : [];
    }
    const [, field = line, value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (field === 'event') this.#name = value;
    if (field === 'id') this.#id = value;
    if (field === 'data') this.#data.push(value);
    return [];
  }
}
