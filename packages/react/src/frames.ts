/**
 * Server-sent events, strictly and with bounds: bytes in, whole events out, wherever the bytes were cut. Whatever
 * Keyrack would not have written throws, and ends the stream that it came from.
 */

/** Longest event, in characters of all its lines. Keyrack's have some hundred. */
const LONGEST = 4_096;

/** One event. */
export interface Frame {
  /** Its name, `message` when the server gave none. */
  readonly event: string;
  readonly data: string;
}

/** Who is told what a stream says. */
export interface FrameEvents {
  readonly onFrame: (frame: Frame) => void;

  /** The pause before the next connection that the server asks for, in milliseconds. */
  readonly onRetry: (ms: number) => void;
}

/** Reads one stream. */
export class Frames {
  readonly #events: FrameEvents;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });

  /** The line that is not complete yet. */
  #rest = '';

  /** The last line ended with a carriage return: a line feed that comes next belongs to it. */
  #endedOpen = false;
  #event = '';
  #data: string[] = [];
  #size = 0;

  constructor(events: FrameEvents) {
    this.#events = events;
  }

  /** Takes what arrived. @throws Error when it is not UTF-8, or an event is too long */
  feed(bytes: Uint8Array): void {
    let text = this.#decoder.decode(bytes, { stream: true });
    if (!text) return;
    if (this.#endedOpen && text.startsWith('\n')) text = text.slice(1);
    this.#endedOpen = text.endsWith('\r');
    const lines = (this.#rest + text).split(/\r\n|\n|\r/);
    this.#rest = lines.pop() as string;
    for (const line of lines) this.#take(line);
    if (this.#size + this.#rest.length > LONGEST) throw new Error('too long');
  }

  #take(line: string): void {
    if (!line) return this.#dispatch();
    if (line.startsWith(':')) return;
    this.#size += line.length;
    if (this.#size > LONGEST) throw new Error('too long');
    const [, name, value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (name === 'event') this.#event = value;
    if (name === 'data') this.#data.push(value);
    if (name === 'retry' && /^\d+$/.test(value)) this.#events.onRetry(Number(value));
  }

  #dispatch(): void {
    const [event, data] = [this.#event || 'message', this.#data];
    [this.#event, this.#data, this.#size] = ['', [], 0];
    if (data.length > 0) this.#events.onFrame({ event, data: data.join('\n') });
  }
}
