// A PostgreSQL cluster of a test's own, for what the shared one cannot have: other roles, settings of the server, durability.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Starts a new cluster in `folder`. `url` is its superuser's; `stop` removes the data, too. */
export async function startCluster(folder) {
  const script = `source deploy/lib.sh
    on_exit 'cluster_remove "$folder"'
    folder=$1/postgres
    cluster_start "$folder"
    cluster_url postgres
    wait "$CLUSTER_PID"`;
  const child = spawn('bash', ['-c', script, 'cluster', folder], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => line.startsWith('postgresql://') && resolve(new URL(line)));
    child.once('close', (status) => reject(new Error(`the cluster did not start: ${status}`)));
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await once(child, 'close');
  };
  return { url, stop };
}
