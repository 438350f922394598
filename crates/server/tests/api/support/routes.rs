use keyrack_server::http::routes::Takes;
use reqwest::Method;

/// What is served beside the operations that the API describes: pages, and what only development has.
const BESIDE: [(&str, &str); 11] = [
    ("GET", "/"),
    ("GET", "/sign-in"),
    ("GET", "/sign-up"),
    ("GET", "/accounts"),
    ("GET", "/outbox"),
    ("GET", "/_keyrack/theme.css"),
    ("GET", "/_keyrack/x"),
    ("GET", "/dev/clock"),
    ("POST", "/dev/clock"),
    ("GET", "/dev/outbox"),
    ("DELETE", "/dev/outbox"),
];

/// One method of one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub method: Method,
    pub path: String,
    /// The bytes of a body that it reads; none if it reads none.
    pub reads: Option<usize>,
}

impl Route {
    /// Whether asking may change something.
    pub fn writes(&self) -> bool {
        self.method != Method::GET
    }

    /// Whether it is the API's and reads a body.
    pub fn reads_body(&self) -> bool {
        self.is_public() && self.reads.is_some()
    }

    /// Whether it is the API's: not the development routes, and not the demo.
    pub fn is_public(&self) -> bool {
        !self.path.starts_with("/dev/") && self.path != "/outbox" && self.path != "/"
    }
}

/// Every route of the public listener. Those of the API come from the list that the router is made of: a new one
/// is attacked without anybody's doing.
pub fn routes() -> Vec<Route> {
    let described = keyrack_server::app::operations().into_iter().map(|operation| {
        // A parameter of a path is some word.
        let parts = operation.path.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
        let path = parts.collect::<Vec<_>>().join("/");
        let method = Method::from_bytes(operation.method.as_str().as_bytes()).unwrap();
        let fields = operation.fields.filter(|_| method != Method::GET);
        Route { method, path, reads: fields.map(|fields| Takes(fields).body_limit()) }
    });
    let beside = BESIDE.map(|(method, path)| Route {
        method: method.parse().unwrap(),
        path: path.to_owned(),
        reads: None,
    });
    described.chain(beside).collect()
}

#[test]
fn the_list_has_the_routes_that_everybody_knows() {
    let all: Vec<String> = routes().iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    for known in [
        "GET /session",
        "POST /auth/signin",
        "PUT /session/switch-sign-in",
        "GET /healthz",
        "GET /openapi.json",
    ] {
        assert!(all.contains(&known.to_owned()), "{known} is not in {all:?}");
    }
}
