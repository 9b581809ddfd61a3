// A mail server of the tests: takes what it is given, or refuses it.
import { createServer } from 'node:net';

export class MailServer {
  /** Each message: from, to, and the text of the whole. */
  messages = [];
  /** Every command line, in order. */
  commands = [];
  /** The answer to the end of a message; anything but 250 refuses it. */
  answer = '250 taken';

  static async start() {
    const made = new MailServer();
    made.server = createServer((socket) => made.#serve(socket));
    await new Promise((resolve) => made.server.listen(0, '127.0.0.1', resolve));
    made.url = `smtp://127.0.0.1:${made.server.address().port}`;
    return made;
  }

  #serve(socket) {
    let text = '';
    let data;
    let envelope = { to: [] };
    const say = (line) => socket.write(`${line}\r\n`);
    const take = (line) => {
      if (data !== undefined) {
        if (line !== '.') {
          data.push(line.replace(/^\./, ''));
          return;
        }
        if (this.answer.startsWith('250')) this.messages.push({ ...envelope, text: data.join('\r\n') });
        data = undefined;
        envelope = { to: [] };
        say(this.answer);
        return;
      }
      this.commands.push(line);
      const [command] = line.toUpperCase().split(/[ :]/);
      if (command === 'MAIL') envelope.from = line.slice(10).split(' ')[0];
      if (command === 'RCPT') envelope.to.push(line.slice(8));
      if (command === 'DATA') data = [];
      say({ DATA: '354 go on', QUIT: '221 bye' }[command] ?? '250 fine');
      if (command === 'QUIT') socket.end();
    };
    socket.on('error', () => {});
    say('220 mail server of the tests');
    socket.setEncoding('utf8').on('data', (part) => {
      text += part;
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        take(line);
      }
    });
  }

  stop() {
    return new Promise((resolve) => this.server.close(resolve));
  }
}
