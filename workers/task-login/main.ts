import { MongoClient, MongoServerError } from 'mongodb';
import { z } from 'zod';

const usage = `Usage: node workers/task-login/main.ts

Makes the DocumentDB user that workers log in as: it may read and write the fleet's database and nothing else. A user who
is there already gets the password and keeps the roles. Run once a deployment, with the login of the cluster's master user.
Required: DOCUMENTDB_URI, DOCUMENTDB_USERNAME and DOCUMENTDB_PASSWORD (of the master user), TASK_USERNAME and TASK_PASSWORD.
Optional: DOCUMENTDB_DATABASE (matchmaking).`;

const environment = z.object({
  DOCUMENTDB_URI: z.string().regex(/^mongodb(\+srv)?:\/\//, 'must start with mongodb:// or mongodb+srv://'),
  DOCUMENTDB_USERNAME: z.string().min(1),
  DOCUMENTDB_PASSWORD: z.string().min(1),
  DOCUMENTDB_DATABASE: z.string().min(1).max(63).default('matchmaking'),
  TASK_USERNAME: z.string().min(1),
  TASK_PASSWORD: z.string().min(1),
});

/** What DocumentDB answers to a `createUser` of a name that is taken. */
const userExists = 51_003;

/** Ends with a user of that name and password, whoever else made one meanwhile. */
async function makeTaskLogin(given: z.output<typeof environment>): Promise<void> {
  const { DOCUMENTDB_USERNAME: username, DOCUMENTDB_PASSWORD: password } = given;
  await using client = new MongoClient(given.DOCUMENTDB_URI, {
    auth: { username, password },
    retryWrites: false,
    serverSelectionTimeoutMS: 30_000,
  });
  const admin = client.db('admin');
  const { TASK_USERNAME: user, TASK_PASSWORD: pwd, DOCUMENTDB_DATABASE: db } = given;
  try {
    await admin.command({ createUser: user, pwd, roles: [{ role: 'readWrite', db }] });
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.code !== userExists) throw error;
    await admin.command({ updateUser: user, pwd });
  }
}

if (process.argv.includes('--help')) {
  console.log(usage);
  process.exit(0);
}
const parsed = environment.safeParse(process.env);
if (!parsed.success) {
  console.error(`This environment is not usable:\n${z.prettifyError(parsed.error)}\n\n${usage}`);
  process.exit(1);
}
try {
  await makeTaskLogin(parsed.data);
  console.log(
    `User ${parsed.data.TASK_USERNAME} may read and write the database ${parsed.data.DOCUMENTDB_DATABASE}`,
  );
} catch (error) {
  console.error(`Could not make the tasks' user: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
