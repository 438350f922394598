//! Requests by operation and status. This is on the way of every answer, so it is a search in a short sorted list
//! and three atomics.

use super::{Count, Timing};
use crate::http::operation::Operation;
use http::Method;
use std::time::Duration;

/// What stands for a status that is not counted by itself.
const OTHER: &str = "other";
/// What is no operation of the API.
const OTHERS: [&str; 3] = ["preflight", "pages", OTHER];
/// The paths of the hosted pages.
const PAGE_PATHS: [&str; 9] = [
    "/",
    "/account",
    "/accounts",
    "/forgot-password",
    "/invite",
    "/magic-link",
    "/sign-in",
    "/sign-up",
    "/waitlist",
];

/// Every status that is counted by itself; the last stands for all others.
const STATUSES: [u16; 26] = [
    200, 204, 302, 303, 304, 308, 400, 401, 403, 404, 405, 408, 409, 410, 413, 414, 415, 422, 429, 431, 500,
    501, 503, 504, 505, 0,
];

/// Requests that were answered.
#[derive(Debug)]
pub struct Requests {
    /// Sorted by path and method.
    known: Vec<Known>,
    /// The places of those with a name in their path.
    named: Vec<usize>,
    /// For what is no operation, in the order of [`OTHERS`].
    others: [Counted; 3],
}

#[derive(Debug)]
struct Known {
    path: &'static str,
    method: Method,
    id: &'static str,
    counted: Counted,
}

/// The requests of one operation.
#[derive(Debug, Default)]
pub struct Counted {
    statuses: [Count; STATUSES.len()],
    /// How long the answer took, until its body began.
    pub took: Timing,
}

impl Counted {
    /// Each status that was answered, and how often; 200 always.
    pub fn statuses(&self) -> impl Iterator<Item = (String, u64)> {
        STATUSES.iter().zip(&self.statuses).map(|(status, count)| (*status, count.get())).filter_map(
            |(status, count)| {
                let word = if status == 0 { OTHER.to_owned() } else { status.to_string() };
                (status == 200 || count > 0).then_some((word, count))
            },
        )
    }
}

/// Whether a path with names in it stands for this one.
fn stands_for(known: &str, path: &str) -> bool {
    let (mut names, mut parts) = (known.split('/'), path.split('/'));
    names.by_ref().all(|name| parts.next().is_some_and(|part| part == name || name.starts_with('{')))
        && parts.next().is_none()
}

impl Requests {
    pub(super) fn new(operations: &[Operation]) -> Self {
        let mut known: Vec<Known> = operations
            .iter()
            .map(|operation| Known {
                path: operation.path,
                method: operation.method.clone(),
                id: operation.id,
                counted: Counted::default(),
            })
            .collect();
        known.sort_by(|a, b| (a.path, a.method.as_str()).cmp(&(b.path, b.method.as_str())));
        let has_name = |known: &Known| known.path.contains('{');
        let named = known.iter().enumerate().filter(|(_, known)| has_name(known)).map(|(at, _)| at).collect();
        Self { known, named, others: Default::default() }
    }

    /// A request was answered with `status` after `took`.
    pub fn note(&self, method: &Method, path: &str, status: u16, took: Duration) {
        let counted = match self.find(method, path) {
            Ok(known) => &known.counted,
            Err(other) => &self.others[other],
        };
        let status = STATUSES.iter().position(|known| *known == status).unwrap_or(STATUSES.len() - 1);
        counted.statuses[status].one();
        counted.took.note(took);
    }

    /// The name of what is asked for, and the path of it if it is an operation.
    #[must_use]
    pub fn operation(&self, method: &Method, path: &str) -> (&'static str, Option<&'static str>) {
        match self.find(method, path) {
            Ok(known) => (known.id, Some(known.path)),
            Err(other) => (OTHERS[other], None),
        }
    }

    /// The operation with this method and path; else where its place is in [`OTHERS`].
    fn find(&self, method: &Method, path: &str) -> Result<&Known, usize> {
        let at = self.known.partition_point(|known| known.path < path);
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        let mut same = self.known[at..].iter().take_while(|known| known.path == path);
        let exact = same.find(|known| known.method == *method);
        // Those with a name in their path are few.
        let named = || self.named.iter().map(|at| &self.known[*at]);
        let named = || named().find(|known| known.method == *method && stands_for(known.path, path));
        match exact.or_else(named) {
            Some(known) => Ok(known),
            None if *method == Method::OPTIONS => Err(0),
            None if PAGE_PATHS.contains(&path) || path.starts_with("/_keyrack/") => Err(1),
            None => Err(2),
        }
    }

    /// Each operation with its requests.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &Counted)> {
        let known = self.known.iter().map(|known| (known.id, &known.counted));
        known.chain(OTHERS.into_iter().zip(&self.others))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(requests: &Requests) -> Vec<(&'static str, String, u64)> {
        let all = requests.all();
        all.flat_map(|(id, counted)| counted.statuses().map(move |(status, n)| (id, status, n)))
            .filter(|(.., n)| *n > 0)
            .collect()
    }

    #[test]
    fn every_operation_is_found_by_its_method_and_path() {
        let operations = crate::app::operations();
        for operation in &operations {
            let requests = Requests::new(&operations);
            let parts =
                operation.path.split('/').map(|part| if part.starts_with('{') { "org_1" } else { part });
            let path = parts.collect::<Vec<_>>().join("/");
            requests.note(&operation.method, &path, 200, Duration::ZERO);
            assert_eq!(counted(&requests), [(operation.id, "200".to_owned(), 1)]);
        }
    }

    #[test]
    fn what_strangers_ask_for_makes_no_series() {
        let requests = Requests::new(&crate::app::operations());
        for (method, path, status) in [
            (Method::OPTIONS, "/session", 204),
            (Method::GET, "/sign-in", 200),
            (Method::GET, "/_keyrack/a/secret", 404),
            (Method::GET, "/a/secret", 404),
            (Method::DELETE, "/session", 405),
            (Method::GET, "/session/", 299),
            (Method::GET, "/organizations/a/secret", 404),
            (Method::HEAD, "/session", 200),
        ] {
            requests.note(&method, path, status, Duration::ZERO);
        }
        let expected = [
            ("getSession", "200", 1),
            ("preflight", "204", 1),
            ("pages", "200", 1),
            ("pages", "404", 1),
            ("other", "404", 2),
            ("other", "405", 1),
            ("other", "other", 1),
        ];
        assert_eq!(counted(&requests), expected.map(|(id, status, n)| (id, status.to_owned(), n)));
    }
}
