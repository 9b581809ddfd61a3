// An SMTP server that records what it receives, or refuses it.
import { createServer } from 'node:net';

export class MailServer {
  /** Each accepted message: envelope sender, recipients, and its text. */
  messages = [];
  /** Every command line, in order. */
  commands = [];
  /** The reply at the end of a message; any code but 250 refuses it. */
  dataReply = '250 accepted';

  static async start() {
    const mail = new MailServer();
    mail.server = createServer((socket) => mail.#serve(socket));
    await new Promise((resolve) => mail.server.listen(0, '127.0.0.1', resolve));
    mail.url = `smtp://127.0.0.1:${mail.server.address().port}`;
    return mail;
  }

  #serve(socket) {
    let buffered = '';
    let data;
    let envelope = { to: [] };
    const reply = (line) => socket.write(`${line}\r\n`);
    const handle = (line) => {
      if (data !== undefined) {
        if (line !== '.') {
          data.push(line.replace(/^\./, ''));
          return;
        }
        if (this.dataReply.startsWith('250')) this.messages.push({ ...envelope, text: data.join('\r\n') });
        data = undefined;
        envelope = { to: [] };
        reply(this.dataReply);
        return;
      }
      this.commands.push(line);
      const [command] = line.toUpperCase().split(/[ :]/);
      if (command === 'MAIL') envelope.from = line.slice(10).split(' ')[0];
      if (command === 'RCPT') envelope.to.push(line.slice(8));
      if (command === 'DATA') data = [];
      reply({ DATA: '354 go ahead', QUIT: '221 bye' }[command] ?? '250 OK');
      if (command === 'QUIT') socket.end();
    };
    socket.on('error', () => {});
    reply('220 test mail server');
    socket.setEncoding('utf8').on('data', (chunk) => {
      buffered += chunk;
      for (let end = buffered.indexOf('\r\n'); end >= 0; end = buffered.indexOf('\r\n')) {
        const line = buffered.slice(0, end);
        buffered = buffered.slice(end + 2);
        handle(line);
      }
    });
  }

  stop() {
    return new Promise((resolve) => this.server.close(resolve));
  }
}
