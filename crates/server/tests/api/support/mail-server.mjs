// A mail server for the tests (npm: smtp-server). It says on its standard output, one JSON object a line, first where it
// listens and then each mail that it got; it ends with its standard input. Its one argument says what it wants:
// {"user","password"} (nobody may send without them), {"starttls": true} (offered, with a certificate that nobody trusts),
// {"refuse": 550} (no recipient is taken).
import { SMTPServer } from 'smtp-server';

const wants = JSON.parse(process.argv[2] ?? '{}');
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

const server = new SMTPServer({
  disabledCommands: [...(wants.user ? [] : ['AUTH']), ...(wants.starttls ? [] : ['STARTTLS'])],
  allowInsecureAuth: true,
  authMethods: ['PLAIN', 'LOGIN'],
  disableReverseLookup: true,
  onAuth: ({ username, password }, _session, done) => {
    if (username === wants.user && password === wants.password) return done(null, { user: username });
    done(new Error('wrong password'));
  },
  onRcptTo: (_address, _session, done) => {
    done(wants.refuse ? Object.assign(new Error('no'), { responseCode: wants.refuse }) : undefined);
  },
  onData: (stream, session, done) => {
    const parts = [];
    stream.on('data', (part) => parts.push(part));
    stream.on('end', () => {
      const { mailFrom, rcptTo } = session.envelope;
      const mail = Buffer.concat(parts).toString('base64');
      say({ from: mailFrom.address, to: rcptTo.map((one) => one.address), user: session.user ?? null, mail });
      done();
    });
  },
});
server.on('error', () => {});
server.listen(0, '127.0.0.1', () => say({ port: server.server.address().port }));
process.stdin.resume();
process.stdin.on('end', () => process.exit());
