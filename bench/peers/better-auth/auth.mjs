// Better Auth as its documentation sets it up: SQLite in WAL mode, several accounts in one browser, tokens. What would
// only slow it down in a measurement is off: the rate limit, telemetry, logging.
import { betterAuth } from "better-auth"
import { getMigrations } from "better-auth/db/migration"
import { jwt, multiSession } from "better-auth/plugins"
import Database from "better-sqlite3"

export const port = Number(process.env.PORT)
export const db = new Database(process.env.DB)
db.pragma("journal_mode = WAL")
db.pragma("synchronous = NORMAL")

export const auth = betterAuth({
  baseURL: `http://127.0.0.1:${port}`,
  secret: "only-for-a-measurement-0123456789abcdef",
  database: db,
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { level: "error" },
  // Otherwise a token is signed for every get-session.
  plugins: [multiSession(), jwt({ disableSettingJwtHeader: true, jwks: { keyPairConfig: { alg: "ES256" } } })],
})

export async function migrate() {
  const { runMigrations } = await getMigrations(auth.options)
  await runMigrations()
}
