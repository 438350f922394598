use reqwest::Method;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

/// One method of one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub method: Method,
    pub path: String,
}

impl Route {
    /// Whether asking may change something.
    pub fn writes(&self) -> bool {
        self.method != Method::GET
    }

    /// Whether it is the API's: not the development routes, and not the demo.
    pub fn is_public(&self) -> bool {
        !self.path.starts_with("/dev/") && self.path != "/outbox" && self.path != "/"
    }
}

/// Every route of the public listener, as the source declares it: a new one is attacked without anybody's doing.
pub fn routes() -> Vec<Route> {
    static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(read);
    ROUTES.clone()
}

fn read() -> Vec<Route> {
    // The pages make their addresses from a list of names.
    let pages = ["/sign-in", "/sign-up", "/accounts"];
    let mut routes: Vec<Route> =
        pages.map(|path| Route { method: Method::GET, path: path.to_owned() }).into();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(path) = open.pop() {
        if path.is_dir() && !path.ends_with("admin") {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if is_source(&path) {
            let text = fs::read_to_string(&path).unwrap();
            routes.extend(declared(text.split("#[cfg(test)]").next().unwrap()));
        }
    }
    routes.sort_by(|a, b| (&a.path, a.method.as_str()).cmp(&(&b.path, b.method.as_str())));
    routes
}

fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|kind| kind == "rs") && !path.ends_with("tests.rs")
}

/// The routes in `.route("/path", get(a).post(b))`; a parameter of the path is some word.
fn declared(code: &str) -> Vec<Route> {
    let mut routes = Vec::new();
    for call in code.split(".route(").skip(1) {
        let call = call.trim_start();
        let Some((path, rest)) = call.strip_prefix('"').and_then(|call| call.split_once('"')) else {
            continue;
        };
        let handlers = rest.split(".route").next().unwrap();
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let word = format!("{}(", method.as_str().to_ascii_lowercase());
            let named = handlers.match_indices(&word).any(|(at, _)| {
                !handlers[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_')
            });
            if named {
                let path = path.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
                routes.push(Route { method, path: path.collect::<Vec<_>>().join("/") });
            }
        }
    }
    routes
}

#[test]
fn every_way_to_declare_a_route_is_seen() {
    let code = r#"Router::new().route("/a", get(show)).route(
        "/b/{id}/c",
        post(x).put(y),
    ).route("/d", target(z).delete(budget))"#;
    let found: Vec<String> =
        declared(code).iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    assert_eq!(found, ["GET /a", "POST /b/x/c", "PUT /b/x/c", "DELETE /d"]);
    let all: Vec<String> = routes().iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    for known in
        ["GET /session", "POST /auth/signin", "PUT /session/switch-sign-in", "GET /healthz", "GET /me"]
    {
        assert!(all.contains(&known.to_owned()), "{known} is not in {all:?}");
    }
}
