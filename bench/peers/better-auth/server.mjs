import { toNodeHandler } from "better-auth/node"
import { createServer } from "node:http"
import { auth, migrate, port } from "./auth.mjs"

await migrate()
const handle = toNodeHandler(auth)
createServer((request, response) => {
  if (request.url === "/readyz") return response.end("ready")
  return handle(request, response)
}).listen(port, "127.0.0.1")
