//! Reads and tokens of sessions that are in memory.

use super::share;
use crate::Outcome;
use crate::bench::lab::{Data, Lab};
use crate::bench::load::{CONNECTIONS, Load};
use crate::bench::points::{Target, compare};
use crate::bench::requests;
use crate::bench::table::Table;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

/// Sessions that warm reads are of: the server remembers more.
pub const WARM: usize = 1000;
/// Sessions in PostgreSQL.
const IN_POSTGRES: usize = 100_000;

/// Writes the requests of a warm load, and has every session of it remembered.
pub fn warmed(lab: &Lab, data: &Data, port: u16, path: &str) -> Outcome<PathBuf> {
    let name = format!("{port}{}", path.replace(['/', '?', '='], "-"));
    let requests = requests::write(&lab.folder, &name, &requests::gets(&data.people, WARM, path))?;
    // Twice: the first verifies and renders, the second finds it.
    for _ in 0..2 {
        let load = Load { port, requests: &requests, seconds: 1.0, connections: CONNECTIONS, rate: None };
        load.run(lab)?.all_good("warm-up")?;
    }
    Ok(requests)
}

/// The body of the first session, for the handlers that answer nothing else.
fn body(lab: &Lab, data: &Data, port: u16) -> Outcome<PathBuf> {
    let requests = requests::gets(&data.people, 1, "/session");
    let request =
        requests.first().ok_or("there is no session")?.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    let answer = ask().map_err(|error| format!("no session: {error}"))?;
    let (_, body) =
        answer.split_once("\r\n\r\n").filter(|_| answer.starts_with("HTTP/1.1 200")).ok_or(answer.clone())?;
    let path = lab.folder.join("body.json");
    std::fs::write(&path, body).map_err(|error| error.to_string())?;
    Ok(path)
}

/// `GET /session`, warm, with the most sessions in SQLite.
pub fn warm(lab: &mut Lab, table: &mut Table) -> Outcome {
    let data = lab.data(lab.options.sessions)?;
    let (server, port) = lab.keyrack(&data)?;
    let body = body(lab, &data, port)?;
    let requests = warmed(lab, &data, port, "/session")?;
    let (naked, naked_port) = lab.bare("naked", &[("--body", &body)])?;
    let (layered, layered_port) = lab.bare("layered", &[("--body", &body)])?;
    let target = |name, server, port| Target::new(name, (server, port), requests.clone(), CONNECTIONS);
    let [naked, layered, ours] = compare(
        lab,
        [
            target("naked axum", &naked, naked_port),
            target("axum in the same layers", &layered, layered_port),
            target("GET /session", &server, port),
        ],
    )?;
    let above = ours.cpu - layered.cpu;
    let measured = format!("{above:+.2} µs ({:.2} and {:.2})", ours.cpu, layered.cpu);
    let call = format!("GET /session, warm, SQLite, {} sessions", lab.options.sessions);
    table.add(&call, "≤ 2 µs CPU above a bare handler in the same layers", measured, above <= 2.0);
    share("GET /session, warm, SQLite", 0.75, "a naked axum handler", (&ours, &naked), table);
    Ok(())
}

/// The same on PostgreSQL.
pub fn strict(lab: &mut Lab, table: &mut Table) -> Outcome {
    let data = lab.postgres(IN_POSTGRES.min(lab.options.sessions))?;
    let url = data.database_url.clone().unwrap_or_default();
    let (server, port) = lab.keyrack(&data)?;
    let body = body(lab, &data, port)?;
    let requests = warmed(lab, &data, port, "/session")?;
    let (statement, floor) = lab.bare("statement", &[("--body", &body), ("--database", url.as_ref())])?;
    let target = |name, server, port| Target::new(name, (server, port), requests.clone(), CONNECTIONS);
    let [floor, ours] = compare(
        lab,
        [target("one statement each", &statement, floor), target("GET /session, strict", &server, port)],
    )?;
    share("GET /session, PostgreSQL, strict", 0.8, "the same one statement", (&ours, &floor), table);
    Ok(())
}

/// Tokens.
pub fn token(lab: &mut Lab, table: &mut Table) -> Outcome {
    let data = lab.data(lab.options.sessions)?;
    let (server, port) = lab.keyrack(&data)?;
    warmed(lab, &data, port, "/session")?;
    let requests = warmed(lab, &data, port, "/session/token")?;
    let (sign, floor) = lab.bare("sign", &[])?;
    let target = |name, server, port| Target::new(name, (server, port), requests.clone(), CONNECTIONS);
    let [floor, ours] = compare(
        lab,
        [target("axum that signs ES256", &sign, floor), target("GET /session/token", &server, port)],
    )?;
    share("token, SQLite", 0.7, "a handler that signs with the same crate", (&ours, &floor), table);
    Ok(())
}
