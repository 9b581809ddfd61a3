// A database for one test file, copied from the migrated template of the run's private cluster.
import { randomBytes } from 'node:crypto';
import pg from 'pg';

// Counts and sizes are small here, and numbers are easier to compare than text.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start these tests with tests/run (see tests/README.md)`);
  return value;
}

function withDatabase(url, name) {
  const copy = new URL(url);
  copy.pathname = `/${name}`;
  return copy.href;
}

export class Database {
  #pool;
  #maintenance;

  /** Copies the template. `from: 'template0'`: an empty database. */
  static async create({ from = process.env.TOCSIN_TEST_TEMPLATE ?? 'tocsin_template' } = {}) {
    const login = required('TOCSIN_TEST_DATABASE_URL');
    const program = process.env.TOCSIN_TEST_PROGRAM_URL ?? login;
    const superuser = required('TOCSIN_TEST_SUPERUSER_URL');
    const name = `tocsin_test_${process.pid}_${randomBytes(4).toString('hex')}`;
    const maintenance = new pg.Client({ connectionString: superuser });
    await maintenance.connect();
    await maintenance.query(`create database ${name} template ${from} owner ${new URL(login).username}`);
    return new Database(name, withDatabase(login, name), withDatabase(program, name), withDatabase(superuser, name), maintenance);
  }

  constructor(name, url, programUrl, superuserUrl, maintenance) {
    this.name = name;
    /** The login that owns the database and migrates it. */
    this.url = url;
    /** For the program: a login without privileges that may assume the program's roles. */
    this.programUrl = programUrl;
    this.superuserUrl = superuserUrl;
    this.#maintenance = maintenance;
    this.#pool = new pg.Pool({ connectionString: superuserUrl, max: 4 });
    this.#pool.on('error', () => {});
  }

  /** The rows of a query, as superuser: row-level security does not apply. */
  async sql(text, values = []) {
    return (await this.#pool.query(text, values)).rows;
  }

  /** The first value of the first row. */
  async value(text, values = []) {
    const [row] = await this.sql(text, values);
    return row === undefined ? undefined : Object.values(row)[0];
  }

  /** Sets the schema's clock to `seconds` ahead of the real time. */
  async setTimeOffset(seconds) {
    await this.sql(
      `create or replace function tocsin.now() returns timestamptz language sql stable parallel safe
       as 'select pg_catalog.now() + interval ''${Number(seconds)} seconds'''`,
    );
  }

  async drop() {
    await this.#pool.end();
    await this.#maintenance.query(`drop database if exists ${this.name} with (force)`);
    await this.#maintenance.end();
  }
}
