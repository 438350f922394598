//! Requests as they stand on the wire, and whose they are.

use crate::Outcome;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// The host that the deployment answers on.
pub const HOST: &str = "auth.example.com";
const COOKIE: &str = "__Host-keyrack";
const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0";

/// Sessions and accounts that a load may use.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// Credentials, each with its two sign-ins.
    pub sessions: Vec<(String, [String; 2])>,
    /// Addresses of accounts that are signed in nowhere.
    pub emails: Vec<String>,
    /// Lists of members, in the order in which they were asked for.
    pub lists: Vec<List>,
}

/// The members of an organization.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// The credential of somebody who is in it.
    rack: String,
    /// What is asked for, by what it is.
    pages: Value,
}

impl People {
    /// What the seeder has told.
    pub fn read(path: &Path) -> Outcome<Self> {
        let text =
            fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        let mut people = Self::default();
        for line in text.lines() {
            let told: Value = serde_json::from_str(line).map_err(|error| format!("{line}: {error}"))?;
            let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            if told["pages"].is_object() {
                people.lists.push(List { rack: word(&told["rack"]), pages: told["pages"].clone() });
                continue;
            }
            match told["email"].as_str() {
                Some(email) => people.emails.push(email.to_owned()),
                None => {
                    let sign_ins = [word(&told["sign_ins"][0]), word(&told["sign_ins"][1])];
                    people.sessions.push((word(&told["rack"]), sign_ins));
                }
            }
        }
        Ok(people)
    }
}

/// A request; `cookie` is a credential.
fn request(method: &str, path: &str, cookie: Option<&str>, extra: &str, body: Option<&Value>) -> String {
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut text =
        format!("{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nUser-Agent: {AGENT}\r\nAccept: */*\r\n{extra}");
    if let Some(rack) = cookie {
        text += &format!("Cookie: {COOKIE}={rack}\r\n");
    }
    if !body.is_empty() {
        text += &format!(
            "Origin: https://{HOST}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
            body.len()
        );
    }
    text + "\r\n" + &body
}

/// `GET path` of the first `count` sessions.
pub fn gets(people: &People, count: usize, path: &str) -> Vec<String> {
    let sessions = people.sessions.iter().take(count);
    sessions.map(|(rack, _)| request("GET", path, Some(rack), "", None)).collect()
}

/// Pages of a list of members, of one kind.
pub fn pages(list: &List, kind: &str) -> Vec<String> {
    let paths = list.pages[kind].as_array().into_iter().flatten().filter_map(Value::as_str);
    paths.map(|path| request("GET", path, Some(&list.rack), "", None)).collect()
}

/// Switches of the first `count` sessions: all to one account, then all to the other, so that each changes
/// something.
pub fn switches(people: &People, count: usize) -> Vec<String> {
    let of = |place: usize| {
        people.sessions.iter().take(count).map(move |(rack, sign_ins)| {
            let body = serde_json::json!({ "sign_in_id": sign_ins[place] });
            request("POST", "/session/switch-sign-in", Some(rack), "", Some(&body))
        })
    };
    of(0).chain(of(1)).collect()
}

/// Sign-ins from browsers that hold nothing, each from an address of its own, as a trusted proxy tells it: what one
/// address may try is not what is measured.
pub fn sign_ins(people: &People) -> Vec<String> {
    let each = people.emails.iter().enumerate().map(|(index, email)| {
        let body = serde_json::json!({
            "strategy": "plain_email", "email": email, "password": "correct horse battery"
        });
        let (high, low) = (index / 250 % 250, index % 250 + 1);
        let from = format!("X-Forwarded-For: 10.1.{high}.{low}\r\n");
        request("POST", "/auth/signin", None, &from, Some(&body))
    });
    each.collect()
}

/// Writes them for the load generator.
pub fn write(folder: &Path, name: &str, requests: &[String]) -> Outcome<PathBuf> {
    if requests.is_empty() {
        return Err(format!("nobody is there for the load {name}"));
    }
    let path = folder.join(format!("{name}.requests"));
    let text: String = requests.iter().flat_map(|request| [request.as_str(), "\0"]).collect();
    fs::write(&path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_changes_something_each_time_that_it_comes_by() {
        let session = |name: &str| (format!("{name}.key"), [format!("{name}1"), format!("{name}2")]);
        let people = People { sessions: vec![session("a"), session("b")], ..People::default() };
        let switches = switches(&people, 2);
        for (request, sign_in) in switches.iter().zip(["a1", "b1", "a2", "b2"]) {
            assert!(request.ends_with(&format!("\r\n\r\n{{\"sign_in_id\":\"{sign_in}\"}}")), "{request}");
            assert!(request.contains("Content-Length: 19\r\n"), "{request}");
        }
        assert_eq!(switches.len(), 4);
    }
}
