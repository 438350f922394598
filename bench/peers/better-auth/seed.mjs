// Signs people up at the running server, two accounts in each browser, and tells whom a load may act as: a line of JSON
// each. Ten thousand others are put into the database directly.
import { randomBytes } from "node:crypto"
import { db, port } from "./auth.mjs"

const BROWSERS = 64
const OTHERS = 10_000
const PASSWORD = "correct horse battery"
const base = `http://127.0.0.1:${port}`

class Browser {
  cookies = new Map()

  async ask(method, path, body) {
    const headers = { origin: base, cookie: this.header() }
    if (body) headers["content-type"] = "application/json"
    const answer = await fetch(`${base}/api/auth${path}`, { method, headers, body: body && JSON.stringify(body) })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value, rest] = /^([^=]+)=([^;]*)(.*)$/s.exec(cookie)
      if (/max-age=0/i.test(rest)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return JSON.parse(text)
  }

  header() {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ")
  }
}

const hex = () => randomBytes(16).toString("hex")
const now = new Date().toISOString()
const user = db.prepare(
  "insert into user (id, name, email, emailVerified, createdAt, updatedAt) values (?, 'Other', ?, 0, ?, ?)",
)
const session = db.prepare(
  "insert into session (id, expiresAt, token, createdAt, updatedAt, ipAddress, userAgent, userId) " +
    "values (?, '2099-01-01T00:00:00.000Z', ?, ?, ?, '127.0.0.1', 'other', ?)",
)
db.transaction(() => {
  for (let index = 0; index < OTHERS; index += 1) {
    const id = hex()
    user.run(id, `other${index}@example.com`, now, now)
    session.run(hex(), hex(), now, now, id)
  }
})()

for (let index = 0; index < BROWSERS; index += 1) {
  const browser = new Browser()
  const signUp = (name) =>
    browser.ask("POST", "/sign-up/email", { name, email: `${name}${index}@example.com`, password: PASSWORD })
  const tokens = [(await signUp("ada")).token, (await signUp("bob")).token]
  await browser.ask("GET", "/token")
  console.log(JSON.stringify({ cookie: browser.header(), tokens, email: `bob${index}@example.com`, password: PASSWORD }))
}
