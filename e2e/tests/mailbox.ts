import { expect } from '@playwright/test';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

/** A mail server that keeps what it gets. */
export class Mailbox {
  readonly #server: SMTPServer;
  readonly #mails: { readonly to: string; readonly text: string }[] = [];

  private constructor() {
    this.#server = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      onData: (stream, { envelope }, done) => {
        void text(stream).then((mail) => {
          for (const { address } of envelope.rcptTo) this.#mails.push({ to: address, text: mail });
          done();
        });
      },
    });
  }

  static async start(): Promise<Mailbox> {
    const mailbox = new Mailbox();
    mailbox.#server.listen(0, '127.0.0.1');
    await once(mailbox.#server.server, 'listening');
    return mailbox;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.#server.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.#server.close(resolve));
  }

  /** The newest code for an address; mail leaves a moment after the answer that announces it. */
  async newestCode(email: string): Promise<string> {
    const codes = () => this.#mails.filter(({ to }) => to === email).flatMap((mail) => /\b\d{6}\b/.exec(body(mail.text)) ?? []);
    await expect.poll(codes, { message: `a code for ${email}`, intervals: [20] }).not.toEqual([]);
    return codes().at(-1) ?? '';
  }
}

/** What follows the headers, whose ids may look like codes. */
function body(mail: string): string {
  return mail.slice(mail.indexOf('\r\n\r\n'));
}
