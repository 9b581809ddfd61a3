// Starts the world and prints its address and logins, until SIGTERM or SIGINT.
import { startWorld } from './world.mjs';

const tocsin = await startWorld();
process.stdout.write(`${tocsin.url}\n`);
for (const { email, password } of Object.values(tocsin.org.people)) process.stdout.write(`${email}  ${password}\n`);
await new Promise((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, resolve);
});
await tocsin.stop();
