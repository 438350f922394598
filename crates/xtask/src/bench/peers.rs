//! Better Auth on Node, for the calls that both have: the same load, in turn, on the same CPU.

use super::lab::{Lab, SERVER_CPU};
use super::load::CONNECTIONS;
use super::points::{Measured, Target, compare};
use super::rows::{SWITCHED, warmed};
use super::{requests, tools};
use crate::Outcome;
use crate::server::Server;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Connections where each request hashes a password.
const SIGNING_IN: usize = 16;

/// A browser that the peer knows.
struct Person {
    cookie: String,
    tokens: [String; 2],
    email: String,
    password: String,
}

/// Better Auth, running.
struct Peer {
    server: Server,
    port: u16,
    people: Vec<Person>,
}

/// Measures the calls that both have, and prints a table of its own.
pub fn measure(lab: &mut Lab) -> Outcome {
    let peer = Peer::start(lab)?;
    let data = lab.data(lab.options.sessions.min(10_000))?;
    let (server, port) = lab.keyrack(&data)?;
    let reads = warmed(lab, &data, port, "/session")?;
    let tokens = warmed(lab, &data, port, "/session/token")?;
    let switches = requests::write(&lab.folder, "switch-peer", &requests::switches(&data.people, SWITCHED))?;
    let sign_ins = requests::write(&lab.folder, "sign-in-peer", &requests::sign_ins(&data.people))?;
    let calls = [
        ("read the session", reads, peer.gets(lab, "/get-session")?, CONNECTIONS),
        ("token (ES256)", tokens, peer.gets(lab, "/token")?, CONNECTIONS),
        ("switch the account", switches, peer.switches(lab)?, CONNECTIONS),
        ("sign in by password", sign_ins, peer.sign_ins(lab)?, SIGNING_IN),
    ];
    let mut lines = Vec::new();
    for (call, ours, theirs, connections) in calls {
        println!("  {call}");
        let targets = [
            Target::new("Keyrack", (&server, port), ours, connections),
            Target::new("Better Auth", (&peer.server, peer.port), theirs, connections),
        ];
        lines.push((call, compare(lab, targets)?));
    }
    tell(&lines);
    Ok(())
}

fn tell(lines: &[(&str, [Measured; 2])]) {
    println!("\n| call | Keyrack | Better Auth | times |\n|---|---|---|---|");
    for (call, [ours, theirs]) in lines {
        let shown = |measured: &Measured| format!("{:.0}/s, {:.0} µs CPU", measured.rate, measured.cpu);
        println!("| {call} | {} | {} | {:.1} |", shown(ours), shown(theirs), theirs.cpu / ours.cpu);
    }
}

impl Peer {
    fn start(lab: &Lab) -> Outcome<Self> {
        let folder = lab.folder.join("better-auth");
        install(&folder)?;
        let port = tools::free_port()?;
        let node = |script: &str| {
            let mut command = Command::new("taskset");
            command.args(["-c", &SERVER_CPU.to_string(), "node", script]).current_dir(&folder);
            command.env("PORT", port.to_string()).env("DB", folder.join("peer.db"));
            command.env("NODE_ENV", "production");
            command
        };
        let server = Server::of(&mut node("server.mjs"), port)?;
        let people =
            tools::output(&mut node("seed.mjs"))?.lines().map(Person::read).collect::<Outcome<_>>()?;
        Ok(Self { server, port, people })
    }

    fn request(&self, method: &str, path: &str, cookie: Option<&str>, body: Option<&Value>) -> String {
        let base = format!("127.0.0.1:{}", self.port);
        let mut text = format!("{method} /api/auth{path} HTTP/1.1\r\nHost: {base}\r\nAccept: */*\r\n");
        if let Some(cookie) = cookie {
            text += &format!("Cookie: {cookie}\r\n");
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        if !body.is_empty() {
            let length = body.len();
            text += &format!(
                "Origin: http://{base}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n"
            );
        }
        text + "\r\n" + &body
    }

    fn gets(&self, lab: &Lab, path: &str) -> Outcome<PathBuf> {
        let each = self.people.iter().map(|person| self.request("GET", path, Some(&person.cookie), None));
        requests::write(&lab.folder, &format!("peer{}", path.replace('/', "-")), &each.collect::<Vec<_>>())
    }

    fn switches(&self, lab: &Lab) -> Outcome<PathBuf> {
        let of = |place: usize| {
            self.people.iter().map(move |person| {
                let body = json!({ "sessionToken": person.tokens[place] });
                self.request("POST", "/multi-session/set-active", Some(&person.cookie), Some(&body))
            })
        };
        requests::write(&lab.folder, "peer-switch", &of(0).chain(of(1)).collect::<Vec<_>>())
    }

    fn sign_ins(&self, lab: &Lab) -> Outcome<PathBuf> {
        let each = self.people.iter().map(|person| {
            let body = json!({ "email": person.email, "password": person.password });
            self.request("POST", "/sign-in/email", None, Some(&body))
        });
        requests::write(&lab.folder, "peer-sign-in", &each.collect::<Vec<_>>())
    }
}

impl Person {
    fn read(line: &str) -> Outcome<Self> {
        let told: Value = serde_json::from_str(line).map_err(|error| format!("{error} in {line}"))?;
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(Self {
            cookie: word(&told["cookie"]),
            tokens: [word(&told["tokens"][0]), word(&told["tokens"][1])],
            email: word(&told["email"]),
            password: word(&told["password"]),
        })
    }
}

/// Installs it from npm, and compiles its SQLite against this machine's Node.
fn install(folder: &Path) -> Outcome {
    let source = tools::root().join("bench/peers/better-auth");
    fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    for name in ["package.json", "auth.mjs", "server.mjs", "seed.mjs"] {
        fs::copy(source.join(name), folder.join(name)).map_err(|error| format!("{name}: {error}"))?;
    }
    println!("  installing Better Auth from npm and compiling its SQLite");
    let npm = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
    tools::run(Command::new("npm").args(npm).current_dir(folder))?;
    let global = tools::output(Command::new("npm").args(["root", "-g"]))?;
    let node_gyp = Path::new(&global).join("npm/node_modules/node-gyp/bin/node-gyp.js");
    let prefix = tools::output(Command::new("node").args(["-p", "path.resolve(process.execPath, '../..')"]))?;
    let mut compile = Command::new("node");
    compile.arg(node_gyp).args(["rebuild", "--release", "--silent"]).arg(format!("--nodedir={prefix}"));
    tools::output(compile.current_dir(folder.join("node_modules/better-sqlite3"))).map(drop)
}
